import { type FailureKind, failure, statusMeaning } from '#channels/outcome.ts';
import { lost } from '#channels/transport.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { TwilioRefusal } from './client.ts';

/** The recipient wrote STOP: until START, Twilio refuses every message from this number (twilio.com/docs/api/errors/21610). */
const OPTED_OUT = 21610;

/**
 * What each Twilio code means (twilio.com/docs/api/errors). 21xxx refuse a new message; 30xxx come later, by status
 * callback or in the message's own record. Codes not listed follow their HTTP status.
 */
const BY_CODE: Record<number, FailureKind> = {
  [OPTED_OUT]: 'contact_failed',
  21211: 'contact_failed', // not a phone number
  21217: 'contact_failed', // not a phone number
  21612: 'contact_failed', // cannot be reached by SMS from our number
  21614: 'contact_failed', // not a mobile
  30003: 'contact_failed', // unreachable handset
  30004: 'contact_failed', // blocked
  30005: 'contact_failed', // unknown or no longer in service
  30006: 'contact_failed', // landline or unreachable carrier
  30007: 'message_failed', // filtered by the carrier
  20003: 'retry', // our credentials: an operator mends it, the contact is good
  20429: 'throttled',
  20500: 'unknown',
};

/** What a failed request means for its message. */
export function twilioOutcome(error: unknown): Outcome {
  if (!(error instanceof TwilioRefusal)) return lost(error);
  const { status, code, retryAfterMs } = error;
  return refusal(BY_CODE[code ?? 0] ?? statusMeaning(status), code ?? `http_${status}`, retryAfterMs);
}

/** What the error code of a message that Twilio took, and then could not deliver, means. */
export function deliveryFailure(code: number): Outcome {
  return refusal(BY_CODE[code] ?? 'message_failed', code);
}

/** Whether the code says that the recipient opted out. */
export function isOptOut(code: number): boolean {
  return code === OPTED_OUT;
}

function refusal(kind: FailureKind, code: number | string, retryAfterMs?: number): Outcome {
  const outcome = failure(kind, String(code), retryAfterMs);
  return outcome.kind === 'contact_failed' ? { ...outcome, optedOut: code === OPTED_OUT } : outcome;
}
