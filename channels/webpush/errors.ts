import { type FailureKind, failure, retryAfterMs, statusMeaning } from '#channels/outcome.ts';
import type { HttpAnswer } from '#channels/transport.ts';
import type { Outcome } from '#src/domain/attempt.ts';

/**
 * What a push service's status means (RFC 8030; Mozilla's autopush, Apple's "Sending web push notifications", 406 is WNS's rate).
 * A subscription that is gone never comes back; 401 and 403 are about our keys or our subject, an operator's to mend.
 */
const BY_STATUS: Record<number, FailureKind> = {
  400: 'message_failed',
  404: 'contact_failed',
  406: 'throttled',
  410: 'contact_failed',
  413: 'message_failed',
};

/** Apple's words, with a 400, for a subscription that was made with another public key: no repeat ever reaches it. */
const OTHER_KEY = 'VapidPkHashMismatch';

/** What an answer of a push service means for its message; `attemptId` stands in where the service names none. */
export function pushOutcome({ status, headers, text }: HttpAnswer, attemptId: string): Outcome {
  if (status >= 200 && status < 300) return { kind: 'accepted', ref: headers.location ?? attemptId };
  if (text.includes(OTHER_KEY)) return failure('contact_failed', OTHER_KEY);
  const kind = BY_STATUS[status] ?? statusMeaning(status);
  return failure(kind, kind === 'contact_failed' ? 'gone' : `http_${status}`, retryAfterMs(headers['retry-after']));
}
