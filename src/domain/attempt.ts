/** The roads to a person. */
export const CHANNELS = ['push', 'webpush', 'sms', 'whatsapp', 'voice', 'email'] as const;
export type ChannelName = (typeof CHANNELS)[number];

/** Which kind of contact point each channel needs. A number on WhatsApp is told apart: not every phone has it. */
export const CONTACT_KIND = {
  push: 'push',
  webpush: 'webpush',
  sms: 'phone',
  whatsapp: 'whatsapp',
  voice: 'phone',
  email: 'email',
} as const satisfies Record<ChannelName, string>;
export type ContactKind = (typeof CONTACT_KIND)[ChannelName];

/** The channel a contact point is named by: the first that uses such a one. */
export function channelOf(kind: ContactKind): ChannelName {
  return CHANNELS.find((channel) => CONTACT_KIND[channel] === kind) as ChannelName;
}

export const CONTACT_KINDS: readonly ContactKind[] = [...new Set(Object.values(CONTACT_KIND))];

/**
 * One message to one contact point. `intent` is written before anything leaves; while its chunk is `sending` the message
 * may be on the wire. `cancelled` never left (answered, stopped, opted out, too late).
 */
export type AttemptState = 'intent' | 'accepted' | 'delivered' | 'failed' | 'unknown' | 'cancelled';

/** Forward only: a late `sent` callback never overwrites `delivered`, and knowledge may replace `unknown`. */
const TRANSITIONS: Record<AttemptState, readonly AttemptState[]> = {
  intent: ['accepted', 'delivered', 'failed', 'unknown', 'cancelled'],
  unknown: ['intent', 'accepted', 'delivered', 'failed', 'cancelled'],
  accepted: ['delivered', 'failed'],
  delivered: [],
  failed: [],
  cancelled: [],
};

/** The states from which an attempt may become `next`. */
export function attemptStatesBefore(next: AttemptState): AttemptState[] {
  return (Object.keys(TRANSITIONS) as AttemptState[]).filter((state) => TRANSITIONS[state].includes(next));
}

/**
 * Why a message goes out: a reminder to the patient, the same to a caregiver, a case to a clinician, or what a person wrote to
 * the patient.
 */
export type AttemptPurpose = 'reminder' | 'caregiver' | 'escalation' | 'message';
export type ReminderPurpose = Extract<AttemptPurpose, 'reminder' | 'caregiver'>;

/** Whether it reminds of a dose, so that a rung of a ladder sent it. */
export function isReminder(purpose: AttemptPurpose): purpose is ReminderPurpose {
  return purpose === 'reminder' || purpose === 'caregiver';
}

/** What a provider's answer means for one message: a closed list; every adapter maps everything onto it. */
export type Outcome =
  | { kind: 'accepted'; ref: string }
  /** Certainly not sent, and worth another try (503 before processing, SMTP 4xx); `throttled`: because of the rate (429). */
  | { kind: 'retry'; code: string; retryAfterMs?: number; throttled?: true }
  /** Permanent for this contact point: unregistered token, opted out, bad number, mailbox unknown. */
  | { kind: 'contact_failed'; code: string; optedOut: boolean }
  /** Permanent for this message, the contact point stays good. */
  | { kind: 'message_failed'; code: string }
  /** The request left and no answer came: it may have been sent. Never blindly repeated. */
  | { kind: 'unknown'; code: string };
