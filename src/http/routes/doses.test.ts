import { beforeAll, describe, expect, test } from 'vitest';
import { issueToken, type TokenPurpose } from '#src/ack/tokens.ts';
import { plusSeconds } from '#src/clock.ts';
import { type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const trace = async (id: string) => (await api.call('GET', `/v1/doses/${id}`)).json();
const confirm = (id: string, body: object, headers = {}) =>
  api.call('POST', `/v1/doses/${id}/confirmations`, body, { headers });

describe('GET /v1/doses/{id}', () => {
  test('tells all that happened, and no address', async () => {
    const { doseId, attemptId, prescriptionId, openEscalation } = await dueDose(api, 't1');
    const escalationId = await openEscalation();
    await confirm(doseId, { answer: 'skipped', reason: 'nausea' });
    const response = await api.call('GET', `/v1/doses/${doseId}`);
    expect(response.json()).toMatchObject({
      id: doseId,
      patient: 't1',
      prescriptionId,
      prescriptionVersion: 1,
      localDate: '2026-11-23',
      localTime: '08:00:00',
      zone: 'America/Lima',
      tzVersion: process.versions.tz,
      timePolicy: 'gap_before_overlap_first',
      state: 'skipped',
      attempts: [{ id: attemptId, channel: 'sms', purpose: 'reminder', rung: 0, state: 'intent', acceptedAt: null }],
      answers: [{ answer: 'skipped', reason: 'nausea', road: 'api', effect: 'applied', takenAt: null, late: false }],
      escalations: [{ id: escalationId, kind: 'missed_critical', state: 'resolved' }],
    });
    expect(response.body).not.toContain('987654321');
  });
});

describe('POST /v1/doses/{id}/confirmations', () => {
  test('taken at another time than reported; repeated; corrected; every answer kept', async () => {
    const { doseId } = await dueDose(api, 't2');
    const takenAt = '2026-11-23T07:58:00-05:00';
    const first = await confirm(doseId, { answer: 'taken', takenAt });
    expect(first.json()).toEqual({
      effect: 'applied',
      dose: {
        id: doseId,
        state: 'taken',
        late: false,
        takenAt: '2026-11-23T12:58:00.000Z',
        dueAt: '2026-11-23T13:00:00.000Z',
      },
    });
    api.app.clock.advance(60);
    expect((await confirm(doseId, { answer: 'taken' })).json().effect).toBe('repeated');
    api.app.clock.advance(60);
    expect((await confirm(doseId, { answer: 'skipped' })).json()).toMatchObject({
      effect: 'applied',
      dose: { state: 'skipped' },
    });
    const { answers } = await trace(doseId);
    expect(answers.map((each: { effect: string }) => each.effect)).toEqual(['applied', 'repeated', 'applied']);
    expect(answers[0].reportedAt).toBe('2026-11-23T13:00:00.000Z');
  });

  test('an answer after the window is late', async () => {
    const { doseId } = await dueDose(api, 't3');
    api.app.clock.advance(2 * 3600);
    expect((await confirm(doseId, { answer: 'taken' })).json().dose).toMatchObject({ state: 'taken', late: true });
  });

  test('an answer that fits no longer is told as 409, kept, and replayed alike', async () => {
    const { laterDoseId, prescriptionId } = await dueDose(api, 't4');
    await api.call('PATCH', `/v1/prescriptions/${prescriptionId}`, { state: 'stopped' });
    for (const replayed of [undefined, 'true']) {
      const refused = await confirm(laterDoseId, { answer: 'taken' }, { 'idempotency-key': 'k' });
      expect(refused.statusCode).toBe(409);
      expect(refused.json().errors[0]).toMatchObject({ field: 'answer', detail: expect.stringContaining('cancelled') });
      expect(refused.headers['idempotent-replayed']).toBe(replayed);
    }
    expect((await trace(laterDoseId)).answers).toHaveLength(1);
  });

  test('ten at once under one key are one answer', async () => {
    const { doseId } = await dueDose(api, 't5');
    const all = await Promise.all(
      Array.from({ length: 10 }, () => confirm(doseId, { answer: 'taken' }, { 'idempotency-key': 'same' })),
    );
    expect(new Set(all.map((each) => each.body)).size).toBe(1);
    expect((await trace(doseId)).answers).toHaveLength(1);
  });
});

describe('POST /v1/confirmations', () => {
  const send = (token: string, action = 'taken', headers = {}) =>
    api.server.inject({ method: 'POST', url: '/v1/confirmations', payload: { token, action }, headers });
  const tokenOf = (doseId: string, seconds = 3600, purpose: TokenPurpose = 'push') =>
    issueToken(api.app.config.tokenSecret, purpose, { doseId, expiresAt: plusSeconds(api.app.clock.now(), seconds) });

  test('the token is the credential', async () => {
    const { doseId } = await dueDose(api, 't6');
    const response = await send(tokenOf(doseId));
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ effect: 'applied', dose: { id: doseId, state: 'taken' } });
    expect((await trace(doseId)).answers[0].road).toBe('push_action');
  });

  test('snoozed puts the next reminder off', async () => {
    const { doseId } = await dueDose(api, 't7');
    expect((await send(tokenOf(doseId), 'snoozed')).json()).toMatchObject({
      effect: 'applied',
      dose: { state: 'open' },
    });
    expect((await trace(doseId)).nextActionAt).toBe('2026-11-23T13:10:00.000Z');
  });

  test('a key of the device never meets a key of the tenant', async () => {
    const { doseId } = await dueDose(api, 't8');
    await confirm(doseId, { answer: 'skipped' }, { 'idempotency-key': 'shared' });
    const response = await send(tokenOf(doseId), 'taken', { 'idempotency-key': 'shared' });
    expect(response.json()).toMatchObject({ effect: 'applied', dose: { state: 'taken' } });
  });

  test('forged is 404, expired is 410, and nothing is answered', async () => {
    const { doseId } = await dueDose(api, 't9');
    const good = tokenOf(doseId);
    const forged = await send(`${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`);
    const expired = await send(tokenOf(doseId, -1));
    expect([forged.statusCode, expired.statusCode]).toEqual([404, 410]);
    expect([forged.json().errors[0].field, expired.json().errors[0].field]).toEqual(['token', 'token']);
    expect((await trace(doseId)).answers).toEqual([]);
  });

  test.each([
    ['push', 200, 'push_action'],
    ['webpush', 200, 'webpush_action'],
    ['link', 404, undefined],
    ['whatsapp', 404, undefined],
  ] as const)('a token for %s is %i, and its road %s', async (purpose, status, road) => {
    const { doseId } = await dueDose(api, `t10-${purpose}`);
    expect((await send(tokenOf(doseId, 3600, purpose))).statusCode).toBe(status);
    expect((await trace(doseId)).answers[0]?.road).toBe(road);
  });

  /** The table of docs/push.md: actions in their order (`by link` is another road), and what the last one is. */
  test.each([
    [['taken', 'taken'], 'repeated', 'taken'],
    [['taken', 'skipped'], 'applied', 'skipped'],
    [['taken', 'skipped', 'taken'], 'repeated', 'skipped'],
    [['skipped', 'taken', 'skipped'], 'repeated', 'taken'],
    [['taken', 'skipped by link', 'taken'], 'repeated', 'skipped'],
    [['taken', 'skipped by link', 'taken by link', 'skipped'], 'applied', 'skipped'],
    [['snoozed', 'snoozed'], 'repeated', 'open'],
    [['snoozed', 'snoozed by the next'], 'applied', 'open'],
    [['snoozed', 'taken', 'snoozed'], 'repeated', 'taken'],
  ])('%j: %s, and the dose is %s', async (steps, effect, state) => {
    const { doseId } = await dueDose(api, `replay ${steps}`);
    let last: { effect: string; dose: { state: string } } | undefined;
    for (const step of steps) {
      const [action = '', ...by] = step.split(' ');
      if (by.join(' ') === 'by link') await confirm(doseId, { answer: action });
      else last = (await send(tokenOf(doseId, by.length > 0 ? 4200 : 3600), action)).json();
    }
    expect(last).toMatchObject({ effect, dose: { state } });
    expect((await trace(doseId)).state).toBe(state);
  });

  test('a request that is sent ten times at once is one answer', async () => {
    const { doseId } = await dueDose(api, 't12');
    const token = tokenOf(doseId);
    const all = await Promise.all(Array.from({ length: 10 }, () => send(token)));
    expect(all.map((each) => each.json().effect).sort()).toEqual(['applied', ...Array(9).fill('repeated')]);
    expect((await trace(doseId)).answers).toHaveLength(1);
  });
});
