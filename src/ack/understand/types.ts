/** What a patient's message says. `other` is never counted as anything: a person reads it. */
export const INTENTS = [
  'taken',
  'later',
  'not_taken',
  'problem',
  'urgent',
  'wrong_person',
  'opt_out',
  'opt_in',
  'help',
  'other',
] as const;
export type Intent = (typeof INTENTS)[number];

/** Why a dose was not taken, or what the problem is. */
export type Reason =
  | 'forgot'
  | 'asleep'
  | 'busy'
  | 'no_access'
  | 'refused'
  | 'advised'
  | 'out_of_medicine'
  | 'cost'
  | 'felt_sick'
  | 'double_dose'
  | 'wrong_medicine'
  | 'self_harm'
  | 'deceased';

/** A part of the day, or a time on the clock (0 to 23), as the message names it. */
export type About = { hour: number; minute?: number } | 'morning' | 'midday' | 'evening' | 'night';

export interface Understanding {
  intent: Intent;
  /** Why it was not taken, or what the problem is. */
  reason?: Reason;
  /** `unsure` never becomes a clinical fact by itself. */
  confidence: 'sure' | 'unsure';
  /** What it says beside `intent`, most urgent first ("la de la mañana sí, la de la noche no"); empty as a rule. */
  also: Intent[];
  /** It says that an earlier answer was a mistake: "me equivoqué, no la tomé". */
  correction: boolean;
  /** The numbers of a numbered list that it names, or all of them; null: none. */
  choice: number[] | 'all' | null;
  /** The time that it names, so that it can be bound to a dose ("la de las 8", "a de manhã"); null: none. */
  about: About | null;
}

/** One of the things that a message says. */
export interface Said {
  intent: Intent;
  reason?: Reason;
  sure: boolean;
}
