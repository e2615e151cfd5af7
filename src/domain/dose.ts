/** A dose is one occurrence of a prescription. Forward only; `missed → taken` is a late answer. */
export type DoseState = 'planned' | 'open' | 'taken' | 'skipped' | 'missed' | 'undelivered' | 'excluded' | 'cancelled';

/** Which states a dose may move to. The store guards every UPDATE with the old states of this table (`statesBefore`). */
const TRANSITIONS: Record<DoseState, readonly DoseState[]> = {
  planned: ['open', 'taken', 'skipped', 'missed', 'undelivered', 'excluded', 'cancelled'],
  open: ['taken', 'skipped', 'missed', 'undelivered', 'excluded', 'cancelled'],
  missed: ['taken', 'skipped'],
  undelivered: ['taken', 'skipped'],
  skipped: ['taken'],
  taken: ['skipped'],
  excluded: [],
  cancelled: [],
};

export const DOSE_STATES = Object.keys(TRANSITIONS) as DoseState[];

/** The states from which a dose may become `next`. */
export function statesBefore(next: DoseState): DoseState[] {
  return DOSE_STATES.filter((state) => TRANSITIONS[state].includes(next));
}

/** A message whose fate is open holds a dose's end back, this long after its window at most. */
export const SETTLE_LIMIT_SECONDS = 180;

/** What a patient, caregiver or clinician says about a dose. */
export type Answer = 'taken' | 'skipped' | 'snoozed';

/** A dose can be put off this often, by whatever road. */
export const MAX_SNOOZES = 3;

/** The road an answer came by. */
export const ANSWER_ROADS = [
  'push_action',
  'webpush_action',
  'sms_reply',
  'whatsapp_reply',
  'voice_key',
  'link',
  'api',
] as const;
export type AnswerRoad = (typeof ANSWER_ROADS)[number];
