import type { AttemptPurpose, AttemptState, ChannelName, ReminderPurpose } from '#src/domain/attempt.ts';
import type { Answer, AnswerRoad, DoseState } from '#src/domain/dose.ts';
import type { EscalationKind } from '#src/domain/escalation.ts';
import type { PrescriptionState } from '#src/domain/prescription.ts';

/** What a clinician can close a case with: codes, since the column is not encrypted and so takes no free text. */
export const RESOLUTIONS = [
  'spoke_with_patient',
  'spoke_with_caregiver',
  'taken_after_all',
  'treatment_changed',
  'could_not_reach',
  'no_action_needed',
] as const;
type Resolution = (typeof RESOLUTIONS)[number];

/** The states a dose is shown in: a late answer is told apart. */
type ShownDose = DoseState | 'late';

/** Every word of the clinic's pages, in one language. */
export interface Texts {
  signIn: {
    title: string;
    intro: string;
    key: string;
    by: string;
    byHint: string;
    submit: string;
    wrongKey: string;
    wrongBy: string;
    already: string;
  };
  signOut: string;
  skipToContent: string;
  cases: {
    title: string;
    unattended: string;
    attended: string;
    none: string;
    count: (open: number) => string;
    more: (shown: number) => string;
    silent: (patients: number) => string;
    untold: string;
    live: string;
    offline: string;
  };
  case: {
    medication: string;
    since: string;
    doses: string;
    doseCount: (count: number) => string;
    attendedBy: (by: string | null, at: string) => string;
    resolvedBy: (by: string | null, at: string, how: string) => string;
    acknowledge: string;
    resolve: string;
    resolution: string;
    choose: string;
    confirmResolve: string;
    backToCases: string;
    seePatient: string;
    wrote: string;
    seeThread: string;
    trace: string;
    earlierDoses: (count: number) => string;
    noAttempts: string;
    localTime: (zone: string) => string;
    reason: string;
    refused: { acknowledged: string; resolved: string; unchosen: string };
    /** `what` names the case, so that equal buttons are told apart when read aloud. */
    about: (action: string, patient: string) => string;
  };
  columns: { when: string; what: string; to: string; state: string; detail: string; day: string };
  answered: (answer: string, road: string) => string;
  lateAnswer: string;
  patient: {
    id: string;
    zone: string;
    period: (from: string, to: string) => string;
    adherence: string;
    prescriptions: string;
    critical: string;
    noPrescriptions: string;
    noDoses: string;
    noneClosed: string;
    of: (part: number, whole: number, percent: string) => string;
    figures: Record<'taking' | 'timing' | 'reporting' | 'undelivered' | 'bounds' | 'correctDays', string>;
    denominator: (expected: number) => string;
    notCounted: (open: number, excluded: number) => string;
    between: (low: string, high: string) => string;
    ofDays: (percent: string) => string;
    legend: string;
  };
  reach: Record<'title' | 'good' | 'none' | 'unreachable' | 'noConsent', string>;
  thread: {
    title: string;
    none: string;
    nowhere: string;
    write: string;
    hint: string;
    channel: string;
    send: string;
    older: string;
    newest: string;
    patient: string;
    automatic: string;
    sent: Record<ReminderPurpose, string>;
    notKept: string;
    shared: string;
    dose: (at: string, state: string) => string;
    incomplete: (most: number) => string;
    /** How what came in was understood; what is not here goes without saying. */
    intents: Record<string, string>;
  };
  kind: Record<EscalationKind, string>;
  resolutions: Record<Resolution, string>;
  dose: Record<ShownDose, string>;
  prescription: Record<PrescriptionState, string>;
  channel: Record<ChannelName, string>;
  purpose: Record<AttemptPurpose, string>;
  attempt: Record<AttemptState, string>;
  answer: Record<Answer, string>;
  road: Record<AnswerRoad, string>;
  /** Why something was not sent or not delivered, by our own codes and the providers' commonest. */
  codes: Record<string, string>;
  unknownCode: (code: string) => string;
  problem: { title: string; statuses: Record<number, string>; other: string };
}
