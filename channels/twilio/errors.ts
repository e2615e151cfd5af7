import { type Failure, type FailureKind, failure, statusMeaning } from '#channels/outcome.ts';
import { lost } from '#channels/transport.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { TwilioRefusal } from './client.ts';

/** `as`: our word for it, where an operator must act on it; else Twilio's number is the code. */
interface Meaning {
  kind: FailureKind;
  as?: string;
  optedOut?: true;
  blocked?: true;
}

/**
 * What each Twilio code means (twilio.com/docs/api/errors/CODE tells each). 21xxx refuse a new message; 30xxx (SMS) and 63xxx
 * (WhatsApp) come later, by status callback or in the message's own record. Codes not listed follow their HTTP status, and fail
 * a message that Twilio had taken.
 */
const BY_CODE: Record<number, FailureKind | Meaning> = {
  21610: { kind: 'contact_failed', optedOut: true }, // wrote STOP: refused until START
  21211: 'contact_failed', // not a phone number
  21217: 'contact_failed', // not a phone number
  21612: 'contact_failed', // cannot be reached by SMS from our number
  21614: 'contact_failed', // not a mobile
  30003: 'contact_failed', // unreachable handset
  30004: 'contact_failed', // blocked
  30005: 'contact_failed', // unknown or no longer in service
  30006: 'contact_failed', // landline or unreachable carrier
  30007: 'message_failed', // filtered by the carrier
  63003: 'contact_failed', // the channel could not find the address
  63024: 'contact_failed', // not on WhatsApp, its terms not accepted, or its client too old
  63014: { kind: 'contact_failed', blocked: true }, // the person blocked us there, which says nothing of SMS
  63033: { kind: 'contact_failed', blocked: true }, // the same, as it was once called
  63013: 'message_failed', // against the channel's policy
  63016: 'message_failed', // free text outside the 24 hours: another message, by template, would be another attempt
  63032: 'message_failed', // the person is in one of Meta's experiments, which get no marketing templates
  63049: { kind: 'message_failed', as: 'template_marketing' }, // Meta took the template for marketing and withheld it
  63040: { kind: 'message_failed', as: 'template_rejected' },
  63041: { kind: 'message_failed', as: 'template_paused' }, // for its quality: three hours, then six, then disabled
  63042: { kind: 'message_failed', as: 'template_disabled' },
  63018: 'throttled', // the sender's rate, or the day's new conversations
  63038: 'throttled', // the account's day is full
  20003: 'retry', // our credentials: an operator mends it, the contact is good
  20429: 'throttled',
  20500: 'unknown',
};

/** What a failed request means for its message. */
export function twilioOutcome(error: unknown): Outcome {
  if (!(error instanceof TwilioRefusal)) return lost(error);
  const { status, code, retryAfterMs } = error;
  return outcomeOf(BY_CODE[code ?? 0] ?? statusMeaning(status), code ?? `http_${status}`, retryAfterMs);
}

/** What the error code of a message that Twilio took, and then could not deliver, means. */
export function deliveryFailure(code: number | string): Failure {
  return outcomeOf(BY_CODE[Number(code)] ?? 'message_failed', code);
}

/** Whether the code says that the person has blocked us, so that nothing arrives there until they take it back. */
export function isBlocked(code: number | string): boolean {
  const meaning = BY_CODE[Number(code)];
  return typeof meaning === 'object' && meaning.blocked === true;
}

function outcomeOf(meaning: FailureKind | Meaning, code: number | string, retryAfterMs?: number): Failure {
  const { kind, as, optedOut }: Meaning = typeof meaning === 'string' ? { kind: meaning } : meaning;
  const outcome = failure(kind, as ?? String(code), retryAfterMs);
  return outcome.kind === 'contact_failed' ? { ...outcome, optedOut: optedOut === true } : outcome;
}
