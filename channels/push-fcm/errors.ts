import { classMeaning, type FailureKind, failure, retryAfterMs, statusMeaning } from '#channels/outcome.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import type { Http2Answer } from './http2-client.ts';

/**
 * What each FCM v1 error code means (firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, and google.rpc.Code where
 * FCM adds none). 5xx count as unknown: a retry after 503 has shown pushes twice (firebase-admin-node#1248).
 */
const BY_CODE = new Map<string, FailureKind>(
  Object.entries({
    UNREGISTERED: 'contact_failed',
    NOT_FOUND: 'contact_failed',
    SENDER_ID_MISMATCH: 'contact_failed',
    INVALID_ARGUMENT: 'message_failed',
    // The project's key for Apple or for web push is bad: only an operator mends it, so the next rung goes now.
    THIRD_PARTY_AUTH_ERROR: 'message_failed',
    QUOTA_EXCEEDED: 'throttled',
    RESOURCE_EXHAUSTED: 'throttled',
    UNAUTHENTICATED: 'retry',
    PERMISSION_DENIED: 'retry',
    UNAVAILABLE: 'unknown',
    INTERNAL: 'unknown',
  } as const),
);

/** The texts under which INVALID_ARGUMENT means a dead token rather than a bad message (novuhq/novu#12532). */
const DEAD_TOKEN =
  /registration[- ]token|recipient of the message is not set|not ?registered|invalid ?registration|baddevicetoken/i;

interface FcmDetail {
  '@type'?: string;
  errorCode?: string;
  reason?: string;
  fieldViolations?: { field?: string; description?: string }[];
}

interface FcmBody {
  name?: string;
  error?: { message?: string; status?: string; details?: FcmDetail[] };
}

/** What an answer of FCM means for its message. */
export function fcmOutcome({ status, retryAfter, text }: Http2Answer): Outcome {
  const body = parse(text);
  if (status === 200) return body.name ? { kind: 'accepted', ref: body.name } : failure('unknown', 'http_200_no_name');
  const code = fcmCode(body);
  // Not FCM's own JSON: from a proxy or a wrong address.
  if (code === undefined) return failure(statusMeaning(status), `http_${status}`, retryAfterMs(retryAfter));
  if (code === 'INVALID_ARGUMENT' && namesToken(body)) return failure('contact_failed', code);
  return failure(BY_CODE.get(code) ?? classMeaning(status), code, retryAfterMs(retryAfter));
}

/** Whether the access token itself was refused, rather than the project's key for Apple or for web push. */
export function tokenRefused({ status, text }: Http2Answer): boolean {
  return status === 401 && fcmCode(parse(text)) !== 'THIRD_PARTY_AUTH_ERROR';
}

/** FCM's own code when it is given, else the google.rpc status. */
function fcmCode({ error }: FcmBody): string | undefined {
  const detail = error?.details?.find((entry) => entry['@type']?.endsWith('FcmError'));
  return detail?.errorCode ?? error?.status;
}

function namesToken({ error }: FcmBody): boolean {
  const details = error?.details ?? [];
  const violations = details.flatMap((detail) => detail.fieldViolations ?? []);
  const texts = [error?.message, ...details.map((detail) => detail.reason), ...violations.map((v) => v.description)];
  return violations.some(({ field }) => field === 'message.token') || texts.some((t) => t && DEAD_TOKEN.test(t));
}

function parse(text: string): FcmBody {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
