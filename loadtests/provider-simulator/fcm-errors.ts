import type { Fault, FaultKind } from './faults.ts';

/** An FCM HTTP v1 error: what the ledger calls it, the HTTP status, and the google.rpc error body. */
export interface FcmError {
  errorCode: string;
  httpStatus: number;
  body: unknown;
}

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';
const QUOTA_FAILURE = 'type.googleapis.com/google.rpc.QuotaFailure';

/** An error of the v1 API (firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode). */
function fcmError(
  errorCode: string,
  httpStatus: number,
  status: string,
  message: string,
  more: unknown[] = [],
): FcmError {
  const details = [{ '@type': FCM_ERROR, errorCode }, ...more];
  return { errorCode, httpStatus, body: { error: { code: httpStatus, message, status, details } } };
}

const unavailable = () => fcmError('UNAVAILABLE', 503, 'UNAVAILABLE', 'The service is currently unavailable.');
const internal = () => fcmError('INTERNAL', 500, 'INTERNAL', 'Internal error encountered.');

/** A message that FCM will not read; `field` is the path of what is wrong. */
export function invalidArgument(field: string, description: string): FcmError {
  return fcmError('INVALID_ARGUMENT', 400, 'INVALID_ARGUMENT', description, [
    { '@type': BAD_REQUEST, fieldViolations: [{ field, description }] },
  ]);
}

/** No valid access token: refused before FCM itself sees the message, hence no FcmError detail. */
export function unauthenticated(): FcmError {
  const message =
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.';
  return {
    errorCode: 'UNAUTHENTICATED',
    httpStatus: 401,
    body: { error: { code: 401, message, status: 'UNAUTHENTICATED' } },
  };
}

/** The service account has no rights on the project named in the path. */
export function permissionDenied(project: string): FcmError {
  const message = `Permission 'cloudmessaging.messages.create' denied on resource '//cloudresourcemanager.googleapis.com/projects/${project}' (or it may not exist).`;
  return {
    errorCode: 'PERMISSION_DENIED',
    httpStatus: 403,
    body: { error: { code: 403, message, status: 'PERMISSION_DENIED' } },
  };
}

/** The answer of each fault that refuses a message. */
export const FAULT_ERRORS: Partial<Record<FaultKind, (fault: Fault) => FcmError>> = {
  rate_limited: () =>
    fcmError('QUOTA_EXCEEDED', 429, 'RESOURCE_EXHAUSTED', 'Sending limit exceeded for the message target.', [
      {
        '@type': QUOTA_FAILURE,
        violations: [{ subject: 'project', description: 'Message rate exceeded for the project.' }],
      },
    ]),
  server_error: ({ status }) => (status === 503 ? unavailable() : internal()),
  unauthenticated,
  unregistered: () => fcmError('UNREGISTERED', 404, 'NOT_FOUND', 'Requested entity was not found.'),
  sender_id_mismatch: () => fcmError('SENDER_ID_MISMATCH', 403, 'PERMISSION_DENIED', 'SenderId mismatch'),
};
