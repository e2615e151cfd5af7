import type { Conversation } from '../domain/conversation.ts';

/** What a text may hold and how long it may be. */
export interface TextKey {
  variables: readonly string[];
  /** A variable without which the message is of no use. */
  needs?: string;
  /** At most so many segments as an SMS. */
  segments?: number;
}

const MESSAGE = ['time', 'link', 'medication', 'clinic', 'phone'];

/** The messages that a tenant may word: `sms` leaves by SMS and WhatsApp, `text` on every other channel under its `subject`. */
export const MESSAGE_KEYS: Record<string, TextKey> = {
  'reminder.sms': { variables: MESSAGE, needs: 'link', segments: 2 },
  'reminder.text': { variables: MESSAGE, needs: 'link' },
  'reminder.subject': { variables: ['time', 'medication', 'clinic'] },
  'caregiver.sms': { variables: MESSAGE, needs: 'link', segments: 2 },
  'caregiver.text': { variables: MESSAGE, needs: 'link' },
  'caregiver.subject': { variables: ['time', 'medication', 'clinic'] },
};

/** What an answer to somebody's message may hold: never a drug, whatever the channel. One segment. */
export const ANSWER: TextKey = { variables: ['time', 'clinic', 'phone'], segments: 1 };

/** So much of a medication's name is told in a message. */
export const MOST_MEDICATION = 40;

/** What `{{ clinic }}` and `{{ phone }}` say: who has no name is dosebell, and no number is nothing. */
export function namesOf({ clinic = 'dosebell', phone = '' }: Conversation): { clinic: string; phone: string } {
  return { clinic, phone };
}
