import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fcmOutcome, tokenRefused } from './errors.ts';

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';

function answer(status: number, body: unknown, retryAfter?: string) {
  return { status, retryAfter, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function refusal(status: number, rpcStatus: string, errorCode?: string, message = '') {
  const details = errorCode ? [{ '@type': FCM_ERROR, errorCode }] : [];
  return answer(status, { error: { code: status, message, status: rpcStatus, details } });
}

describe('what an answer of FCM means', () => {
  test.each([
    ['a name', answer(200, { name: 'projects/p/messages/1' }), { kind: 'accepted', ref: 'projects/p/messages/1' }],
    ['no name', answer(200, '<html>'), { kind: 'unknown', code: 'http_200_no_name' }],
    ['unregistered', refusal(404, 'NOT_FOUND', 'UNREGISTERED'), { kind: 'contact_failed', code: 'UNREGISTERED' }],
    ['not found without detail', refusal(404, 'NOT_FOUND'), { kind: 'contact_failed', code: 'NOT_FOUND' }],
    ['a 404 that is not of FCM', answer(404, '<html>'), { kind: 'retry', code: 'http_404' }],
    ['another sender', refusal(403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'), { kind: 'contact_failed' }],
    ['no permission', refusal(403, 'PERMISSION_DENIED'), { kind: 'retry', code: 'PERMISSION_DENIED' }],
    ['a bad access token', refusal(401, 'UNAUTHENTICATED'), { kind: 'retry', code: 'UNAUTHENTICATED' }],
    ['a bad Apple key', refusal(401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR'), { kind: 'message_failed' }],
    ['internal', refusal(500, 'INTERNAL', 'INTERNAL'), { kind: 'unknown', code: 'INTERNAL' }],
    ['an unheard-of code', refusal(418, 'TEAPOT'), { kind: 'message_failed', code: 'TEAPOT' }],
    ['an unheard-of failure', refusal(599, 'ODD'), { kind: 'unknown', code: 'ODD' }],
    ['JSON null', answer(500, 'null'), { kind: 'unknown', code: 'http_500' }],
    ['a redirect', answer(302, ''), { kind: 'unknown', code: 'http_302' }],
  ])('%s', (_, given, expected) => {
    expect(fcmOutcome(given)).toMatchObject(expected);
  });

  test.each([
    ['The registration token is not a valid FCM registration token', 'contact_failed'],
    ['Recipient of the message is not set.', 'contact_failed'],
    ['InvalidRegistration', 'contact_failed'],
    ['Android message is too big', 'message_failed'],
    ["Invalid value at 'message.data[0].value' (TYPE_STRING), 12", 'message_failed'],
  ])('INVALID_ARGUMENT saying %j is %s', (message, kind) => {
    expect(fcmOutcome(refusal(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', message)).kind).toBe(kind);
  });

  test('honours Retry-After on a quota', () => {
    const given = { ...refusal(429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED'), retryAfter: '60' };
    const outcome = { kind: 'retry', code: 'QUOTA_EXCEEDED', throttled: true, retryAfterMs: 60_000 };
    expect(fcmOutcome(given)).toStrictEqual(outcome);
  });

  test('tells a refused access token from a refused Apple key', () => {
    expect(tokenRefused(refusal(401, 'UNAUTHENTICATED'))).toBe(true);
    expect(tokenRefused(refusal(401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR'))).toBe(false);
    expect(tokenRefused(refusal(403, 'PERMISSION_DENIED'))).toBe(false);
  });
});

const CASES = '../shared/data/messaging/fcm-responses.json';

/** What each published answer must become. */
const MEANINGS: Record<string, string> = {
  'OK 200': 'accepted',
  'Invalid registration token': 'contact_failed',
  'Missing registration token': 'contact_failed',
  'Payload too large': 'message_failed',
  'Unregistered token': 'contact_failed',
  'Internal server error': 'unknown',
  'Bad gateway': 'unknown',
  Unavailable: 'unknown',
  'invalid value in data message': 'message_failed',
  'invalid registration token': 'contact_failed',
};

describe('published answers of FCM', () => {
  if (!existsSync(CASES)) {
    console.warn(`skipped: ${CASES} is not there`);
    return test.skip('third-party cases', () => undefined);
  }
  const { cases } = JSON.parse(readFileSync(CASES, 'utf8')) as {
    cases: { name: string; http_status: number; body: unknown }[];
  };
  test.each(cases.map((one) => [one.name, one] as const))('%s', (name, { http_status: status, body }) => {
    expect(fcmOutcome(answer(status, body)).kind).toBe(MEANINGS[name]);
  });
});
