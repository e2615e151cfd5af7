import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
let ids: Awaited<ReturnType<typeof dueDose>> & { caseId: string };
beforeAll(async () => {
  api = await testApi();
  const story = await dueDose(api, 'p1');
  ids = { ...story, caseId: await story.openEscalation() };
});

const TARGETS = [
  [
    'PUT',
    () => '/v1/patients/p1',
    { ...PATIENT, routine: { lunch: '13:00' }, quietHours: { from: '22:00', to: '07:00' } },
  ],
  [
    'POST',
    () => '/v1/prescriptions',
    { ...PRESCRIPTION, policy: { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' }] } },
  ],
  ['POST', () => '/v1/prescriptions/preview', PRESCRIPTION],
  ['PATCH', () => `/v1/prescriptions/${ids.prescriptionId}`, { ...PRESCRIPTION, patient: undefined, reason: 'x' }],
  ['POST', () => `/v1/doses/${ids.doseId}/confirmations`, { answer: 'taken', takenAt: '2026-11-23T12:00:00Z' }],
  ['POST', () => '/v1/confirmations', { token: 'x', action: 'taken' }],
  ['POST', () => `/v1/escalations/${ids.caseId}/acknowledge`, { by: 'x' }],
  ['POST', () => '/v1/callback-endpoints', { url: 'https://his.example.org/', events: ['dose.missed'] }],
] as const;

const hostile = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\0',
    '\ud800',
    '',
    -0,
    1e308,
    -1,
    2 ** 53,
    '9999-12-31T23:59:59',
    '0000-01-01T00:00:00',
    'FREQ=YEARLY;COUNT=1',
    'FREQ=DAILY;INTERVAL=999999999',
  ),
  fc.constantFrom(
    'Etc/GMT+14',
    'UTC',
    'constructor',
    '__proto__',
    'toString',
    '+19999999999',
    "';--",
    '%00',
    '{{7*7}}',
  ),
);

/** Replaces, adds or removes one value somewhere in the body. */
function mutate(body: unknown, path: number[], value: unknown, remove: boolean): unknown {
  if (typeof body !== 'object' || body === null || path.length === 0) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(body) ? [...body] : { ...body };
  const keys = [...Object.keys(copy), 'extra'];
  const key = keys[(path[0] as number) % keys.length] as string;
  const at = copy as Record<string, unknown>;
  if (remove) delete at[key];
  else at[key] = mutate(at[key], path.slice(1), value, remove);
  return copy;
}

describe('whatever comes in', () => {
  test('never a 500, and every refusal is a problem that names a field', async () => {
    const cases = fc.record({
      target: fc.constantFrom(...TARGETS),
      path: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
      value: hostile,
      remove: fc.boolean(),
      whole: fc.integer({ min: 0, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ target: [method, url, body], path, value, remove, whole }) => {
        const sent = whole === 0 ? value : mutate(body, path, value, remove);
        const response = await api.call(method, url(), JSON.stringify(sent) ?? 'null', {
          headers: { 'content-type': 'application/json' },
        });
        expect(response.statusCode, response.body).toBeLessThan(500);
        if (response.statusCode < 400) return;
        expect(response.headers['content-type']).toBe('application/problem+json');
        expect(response.json().errors.length).toBeGreaterThan(0);
      }),
      { numRuns: 250, seed: 20261123 },
    );
  });

  test('in paths and queries neither', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('%', '%00', '..', '%ff', '%2e%2e%2f'),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('id', 'query', 'token'), async (given, where) => {
        const part = /^%/.test(given) ? given : encodeURIComponent(given.toWellFormed());
        const url = {
          id: `/v1/doses/${part}`,
          query: `/v1/prescriptions?cursor=${part}&patient=${part}&limit=${part}`,
          token: `/c/${part}`,
        }[where];
        const response = await api.call('GET', url);
        expect(response.statusCode, response.body).toBeLessThan(500);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
