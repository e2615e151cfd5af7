import type { LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '#src/ack/tokens.ts';
import { expectRefusal, PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

/** Well-formed bodies, paths and queries that say something wrong: the problem names the very field. */
let api: TestApi;
let ids: Awaited<ReturnType<typeof dueDose>> & { caseId: string };
beforeAll(async () => {
  api = await testApi();
  const story = await dueDose(api, 'p1');
  ids = { ...story, caseId: await story.openEscalation() };
});
const refused = (make: () => Promise<LightMyRequestResponse>, field: string | RegExp, statuses?: number[]) =>
  expectRefusal(api.app, make, field, statuses);

const UNKNOWN_ID = '019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4';
const FAR_ID = 'ffffffff-ffff-7fff-bfff-ffffffffffff'; // a UUIDv7 of the year 10889

const regimen = (change: object) => ({ ...PRESCRIPTION, regimen: { ...PRESCRIPTION.regimen, ...change } });
const policy = (change: object) => ({ ...PRESCRIPTION, policy: change });
const rungs = (...after: number[]) => after.map((afterSeconds) => ({ afterSeconds, channel: 'sms', to: 'patient' }));
const PRESCRIPTIONS: [name: string, body: object, field: RegExp][] = [
  ['an unknown patient', { ...PRESCRIPTION, patient: 'nobody' }, /^patient$/],
  ['an empty rule', regimen({ rrules: [''] }), /^regimen\.rrules\[0\]$/],
  ['an invalid rule', regimen({ rrules: ['FREQ=SOMETIMES'] }), /^regimen\.rrules\[0\]$/],
  ['a rule that is no text', regimen({ rrules: [1] }), /^regimen\.rrules\[0\]$/],
  ['rules that are no list', regimen({ rrules: 'FREQ=DAILY' }), /^regimen\.rrules$/],
  ['a second bad rule', regimen({ rrules: ['FREQ=DAILY', 'FREQ=DAILY;BYHOUR=99'] }), /^regimen\.rrules\[1\]$/],
  ['a rule that never fires', regimen({ rrules: ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'] }), /^regimen\.rrules\[0\]$/],
  ['a rule that fires every second', regimen({ rrules: ['FREQ=SECONDLY'] }), /^regimen\.rrules\[0\]$/],
  ['a rule that fires every minute', regimen({ rrules: ['FREQ=MINUTELY'] }), /^regimen\.rrules\[0\]$/],
  ['a past end', regimen({ rrules: ['FREQ=DAILY;UNTIL=20261105T000000'] }), /^regimen\.rrules/],
  ['no rule and no date', regimen({ rrules: [] }), /^regimen\.rrules$/],
  ['a day that does not exist', regimen({ start: '2026-02-30T08:00:00' }), /^regimen\.start$/],
  ['a start with a zone', regimen({ start: '2026-11-01T08:00:00Z' }), /^regimen\.start$/],
  [
    'a date that does not exist',
    regimen({ rdates: ['2026-11-24T08:00:00', '2026-11-31T08:00:00'] }),
    /^regimen\.rdates\[1\]$/,
  ],
  ['an unknown mode', regimen({ mode: 'lunar' }), /^regimen\.mode$/],
  ['an unknown part of the regimen', regimen({ rule: 'FREQ=DAILY' }), /^regimen\.rule$/],
  ['rungs out of order', policy({ ladder: rungs(60, 0) }), /^policy\.ladder\[1\]\.afterSeconds$/],
  ['rungs at the same time', policy({ ladder: rungs(60, 60) }), /^policy\.ladder\[1\]\.afterSeconds$/],
  [
    'a rung after the window',
    policy({ ladder: rungs(0, 600), windowSeconds: 600 }),
    /^policy\.ladder\[1\]\.afterSeconds$/,
  ],
  ['a default ladder longer than the window', policy({ windowSeconds: 60 }), /^policy\.ladder\[1\]\.afterSeconds/],
  ['no rung', policy({ ladder: [] }), /^policy\.ladder$/],
  [
    'an unknown channel',
    policy({ ladder: [{ afterSeconds: 0, channel: 'pigeon', to: 'patient' }] }),
    /^policy\.ladder\[0\]\.channel$/,
  ],
  ['useful longer than the window', policy({ usefulSeconds: 7200 }), /^policy\.usefulSeconds$/],
  ['a number in words', policy({ windowSeconds: '3600' }), /^policy\.windowSeconds$/],
  ['a number too large', policy({ missesInARow: 2 ** 53 }), /^policy\.missesInARow$/],
  ['a fraction', policy({ missesInARow: 1.5 }), /^policy\.missesInARow$/],
];

describe.each(PRESCRIPTIONS)('a prescription with %s', (_name, body, field) => {
  test.each(['/v1/prescriptions', '/v1/prescriptions/preview'])('POST %s', (url) =>
    refused(() => api.call('POST', url, body), field),
  );
  test('PATCH', async () => {
    const { patient, medication, ...change } = body as Record<string, unknown>;
    if (patient !== 'p1') return;
    await refused(() => api.call('PATCH', `/v1/prescriptions/${ids.prescriptionId}`, change), field);
  });
});

const phones = (...values: unknown[]) => values.map((value) => ({ kind: 'phone', value }));
const PATIENTS: [name: string, change: object, field: RegExp][] = [
  ['an unknown zone', { zone: 'America/Limma' }, /^zone$/],
  ['an offset for a zone', { zone: '-05:00' }, /^zone$/],
  ['a locale that is none', { locale: 'es_PE!' }, /^locale$/],
  ['a phone with spaces', { contacts: phones('+51 987 654 321') }, /^contacts\[0\]\.value$/],
  ['a phone without a country', { contacts: phones('987654321') }, /^contacts\[0\]\.value$/],
  ['the same phone twice', { contacts: phones('+51987654321', '+51987654321') }, /^contacts\[1\]\.value$/],
  ['a mail address that is none', { contacts: [{ kind: 'email', value: 'ana@example' }] }, /^contacts\[0\]\.value$/],
  [
    'a mail address that adds a header',
    { contacts: [{ kind: 'email', value: 'a@b.pe\r\nBcc: c@d.pe' }] },
    /^contacts\[0\]\.value$/,
  ],
  ['an unknown kind of contact', { contacts: [{ kind: 'fax', value: '1' }] }, /^contacts\[0\]\.kind$/],
  ['a device token with a space', { contacts: [{ kind: 'push', value: 'a b' }] }, /^contacts\[0\]\.value$/],
  [
    'a subscription without TLS',
    { contacts: [{ kind: 'webpush', value: '{"endpoint":"http://a.example"}' }] },
    /^contacts\[0\]\.value$/,
  ],
  [
    'a caregiver with a bad phone',
    { caregivers: [{ contacts: [] }, { contacts: phones('1') }] },
    /^caregivers\[1\]\.contacts\[0\]\.value$/,
  ],
  [
    'two caregivers with one phone',
    { caregivers: [{ contacts: phones('+51987654321') }, { contacts: phones('+51987654321') }] },
    /^caregivers\[1\]/,
  ],
  ['a time that is none', { routine: { breakfast: '7:30' } }, /^routine\.breakfast$/],
  ['an unknown meal', { routine: { brunch: '11:00' } }, /^routine\.brunch$/],
  ['quiet hours without an end', { quietHours: { from: '22:00' } }, /^quietHours\.to$/],
  ['quiet hours of no length', { quietHours: { from: '22:00', to: '22:00' } }, /^quietHours\.to$/],
  ['consent as text', { consent: { reminders: 'yes' } }, /^consent\.reminders$/],
  [
    'consent for quiet hours as text',
    { consent: { reminders: true, criticalInQuietHours: 'yes' } },
    /^consent\.criticalInQuietHours$/,
  ],
  ['consent to an unknown channel', { consent: { reminders: true, channels: ['fax'] } }, /^consent\.channels\[0\]$/],
  ['too many contacts', { contacts: phones(...Array.from({ length: 11 }, (_, i) => `+5190000000${i}`)) }, /^contacts$/],
];

describe('a patient', () => {
  test.each(PATIENTS)('with %s', (_name, change, field) =>
    refused(() => api.call('PUT', '/v1/patients/p1', { ...PATIENT, ...change }), field),
  );
  test.each(['%00', 'a%00b', '%0A', 'x'.repeat(129), '%ff', `${'x'.repeat(2000)}`])('with the id %s', (id) =>
    refused(() => api.call('PUT', `/v1/patients/${id}`, PATIENT), /^(externalId|path)$/, [400, 414, 422]),
  );
});

const ANSWERS: [name: string, body: object, field: string][] = [
  ['an unknown answer', { answer: 'maybe' }, 'answer'],
  ['a future takenAt', { answer: 'taken', takenAt: '2026-11-23T13:01:01Z' }, 'takenAt'],
  ['an old takenAt', { answer: 'taken', takenAt: '2026-11-01T13:00:00Z' }, 'takenAt'],
  ['takenAt without an offset', { answer: 'taken', takenAt: '2026-11-23T12:00:00' }, 'takenAt'],
  ['takenAt on a day that does not exist', { answer: 'taken', takenAt: '2026-02-30T12:00:00Z' }, 'takenAt'],
  ['takenAt for a skipped dose', { answer: 'skipped', takenAt: '2026-11-23T12:59:00Z' }, 'takenAt'],
  ['too long a reason', { answer: 'skipped', reason: 'x'.repeat(301) }, 'reason'],
];

describe('an answer', () => {
  test.each(ANSWERS)('with %s', (_name, body, field) =>
    refused(() => api.call('POST', `/v1/doses/${ids.doseId}/confirmations`, body), field),
  );
  test.each(['', 'AAAA', '../../etc', 'ü', 'x'.repeat(300)])('with the forged token %j', (token) =>
    refused(() => api.call('POST', '/v1/confirmations', { token, action: 'taken' }), 'token', [404, 422]),
  );
  test('with the token of a dose that never was', () => {
    const expiresAt = new Date('2027-01-01T00:00:00Z');
    const token = issueToken(api.app.config.tokenSecret, 'push', { doseId: UNKNOWN_ID, expiresAt });
    return refused(() => api.call('POST', '/v1/confirmations', { token, action: 'taken' }), 'token', [404]);
  });
  test('a resolution in free text', () =>
    refused(
      () => api.call('POST', `/v1/escalations/${ids.caseId}/resolve`, { by: 'x', resolution: 'Ana is fine' }),
      'resolution',
    ));
});

const BY_ID: [method: string, url: (id: string) => string, body?: object][] = [
  ['GET', (id) => `/v1/prescriptions/${id}`],
  ['PATCH', (id) => `/v1/prescriptions/${id}`, { state: 'paused' }],
  ['GET', (id) => `/v1/prescriptions/${id}/doses`],
  ['GET', (id) => `/v1/doses/${id}`],
  ['POST', (id) => `/v1/doses/${id}/confirmations`, { answer: 'taken' }],
  ['POST', (id) => `/v1/escalations/${id}/acknowledge`, { by: 'x' }],
  ['POST', (id) => `/v1/escalations/${id}/resolve`, { by: 'x', resolution: 'x' }],
];

describe.each(BY_ID)('%s %s', (method, url, body) => {
  test.each(['1', 'null', '%00', FAR_ID, UNKNOWN_ID.toUpperCase(), "'; DROP TABLE doses; --"])(
    'the id %j is refused',
    (id) => refused(() => api.call(method, url(encodeURIComponent(id).replace('%2500', '%00')), body), 'id'),
  );
  test('an id that is not there is 404', () => refused(() => api.call(method, url(UNKNOWN_ID), body), 'id', [404]));
});

describe('queries', () => {
  const lists = () => ['/v1/prescriptions', `/v1/prescriptions/${ids.prescriptionId}/doses`, '/v1/escalations'];
  const far = Buffer.from(FAR_ID.replaceAll('-', ''), 'hex').toString('base64url');
  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1e999', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${far}`, 'cursor'],
    ['cursor=%00', 'cursor'],
    ['page=2', 'page'],
  ])('%s', async (query, field) => {
    for (const list of lists()) await refused(() => api.call('GET', `${list}?${query}`), field);
  });
  test('filters', async () => {
    await refused(() => api.call('GET', '/v1/prescriptions?patient=nobody'), 'patient');
    await refused(() => api.call('GET', '/v1/escalations?state=closed'), 'state');
    await refused(() => api.call('GET', `${lists()[1]}?state=lost`), 'state');
    await refused(() => api.call('POST', '/v1/prescriptions/preview?days=0', PRESCRIPTION), 'days');
    await refused(() => api.call('POST', '/v1/prescriptions/preview?days=1000', PRESCRIPTION), 'days');
  });
});

describe('what is no route', () => {
  test('a path that is none is 404, a method that is none there 405', async () => {
    await refused(() => api.call('GET', '/v2/anything'), 'path', [404]);
    await refused(() => api.call('DELETE', '/v1/patients/p1'), 'method', [405]);
    expect((await api.call('DELETE', '/v1/patients/p1')).headers.allow).toBe('PUT, GET, HEAD');
  });
});
