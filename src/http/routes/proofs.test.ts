import { beforeAll, describe, expect, test } from 'vitest';
import { proofsPass } from '#schedulers/proofs.ts';
import { createTenant } from '#src/store/tenants.ts';
import { type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
let doseId: string;
beforeAll(async () => {
  api = await testApi();
  ({ doseId } = await dueDose(api, 'p1'));
  await api.app.sql`DELETE FROM doses WHERE id <> ${doseId}`;
  await api.app.sql`UPDATE attempts SET state = 'accepted', accepted_at = created_at`;
  await api.app.sql`
    UPDATE doses SET state = 'missed', missed_at = window_ends_at, resolved_at = window_ends_at, next_action_at = NULL`;
});

const get = (date: string, apiKey = api.apiKey) =>
  api.call('GET', `/v1/proofs/${date}`, undefined, { headers: { authorization: `Bearer ${apiKey}` } });

describe('GET /v1/proofs/{date}', () => {
  test('before it is made is 404, and says when it will be', async () => {
    const response = await get('2026-11-23');
    expect(response.statusCode).toBe(404);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json().errors).toEqual([
      { field: 'date', detail: expect.stringContaining('within an hour after 2026-11-25T12:10:00.000Z') },
    ]);
  });

  test('shows the proof, and beside it the accounts as a late answer has left them', async () => {
    api.app.clock.set('2026-11-25T12:40:00Z');
    while (await proofsPass(api.app));
    const counts = {
      due: 1,
      taken: 0,
      skipped: 0,
      missed: 1,
      undelivered: 0,
      excluded: 0,
      open: 0,
      unaccounted: 0,
      unknown: 0,
    };
    const proof = { ...counts, madeAt: '2026-11-25T12:40:00.000Z' };
    expect((await get('2026-11-23')).json()).toEqual({
      date: '2026-11-23',
      proof,
      now: { ...counts, at: '2026-11-25T12:40:00.000Z' },
      unaccountedDoses: [],
    });
    await api.call('POST', `/v1/doses/${doseId}/confirmations`, { answer: 'taken' });
    api.app.clock.advance(60);
    const response = await get('2026-11-23');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      proof,
      now: { ...counts, missed: 0, taken: 1, at: '2026-11-25T12:41:00.000Z' },
    });
  });

  test('names the doses that are unaccounted for now', async () => {
    await api.app.sql`UPDATE confirmations SET effect = 'refused'`;
    expect((await get('2026-11-23')).json()).toMatchObject({
      proof: { unaccounted: 0 },
      now: { taken: 0, unaccounted: 1 },
      unaccountedDoses: [{ dose: doseId, why: 'answer_missing' }],
    });
  });

  test('of another tenant shows nothing of ours', async () => {
    const other = await createTenant(api.app.sql, 'Hospital Dos', new Date('2026-11-23T12:00:00Z'));
    while (await proofsPass(api.app));
    expect((await get('2026-11-23', other.apiKey)).json()).toMatchObject({
      proof: { due: 0, missed: 0 },
      now: { due: 0, taken: 0, unaccounted: 0 },
      unaccountedDoses: [],
    });
  });

  test('of a day before the tenant was made is 404', async () => {
    const response = await get('2026-10-01');
    expect(response.statusCode).toBe(404);
    expect(response.json().errors[0].detail).toContain('from when the tenant was made');
  });

  test.each(['2026-02-30', '2026-11-23T00:00:00Z', 'yesterday', '0000-01-01', '20261123', '2026-1-3'])(
    '%s is 422',
    async (date) => {
      const response = await get(date);
      expect(response.statusCode).toBe(422);
      expect(response.json().errors[0].field).toBe('date');
    },
  );

  test('needs a key', async () => {
    expect((await api.server.inject('/v1/proofs/2026-11-23')).statusCode).toBe(401);
  });
});
