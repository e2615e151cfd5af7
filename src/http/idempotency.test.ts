import { beforeAll, describe, expect, test } from 'vitest';
import { countRows, PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
  await api.call('PUT', '/v1/patients/p1', PATIENT);
});

const post = (key: string, body: object = PRESCRIPTION, url = '/v1/prescriptions') =>
  api.call('POST', url, body, { headers: { 'idempotency-key': key } });
const prescriptions = async () => (await countRows(api.app)).prescriptions ?? 0;

describe('Idempotency-Key', () => {
  test('a repetition gets the same status, body and location, and changes nothing', async () => {
    const first = await post('key-1');
    const before = await countRows(api.app);
    const second = await post('key-1');
    expect(second.statusCode).toBe(201);
    expect(second.body).toBe(first.body);
    expect(second.headers.location).toBe(first.headers.location);
    expect([first.headers['idempotent-replayed'], second.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
    expect(await countRows(api.app)).toEqual(before);
  });

  test('another body, or another path, under the same key is refused', async () => {
    await post('key-2');
    for (const other of [
      await post('key-2', { ...PRESCRIPTION, medication: 'Other' }),
      await post('key-2', PRESCRIPTION, '/v1/prescriptions/preview'),
    ]) {
      expect(other.statusCode).toBe(422);
      expect(other.json().errors[0].field).toBe('idempotency-key');
    }
  });

  test('ten at once create one', async () => {
    const before = await prescriptions();
    const all = await Promise.all(Array.from({ length: 10 }, () => post('key-3')));
    expect(all.map((each) => each.statusCode)).toEqual(Array(10).fill(201));
    expect(new Set(all.map((each) => each.json().id)).size).toBe(1);
    expect(await prescriptions()).toBe(before + 1);
  });

  test('a refusal keeps nothing: the mended request may use the key', async () => {
    const refused = await post('key-4', { ...PRESCRIPTION, patient: 'nobody' });
    expect(refused.statusCode).toBe(422);
    expect((await post('key-4')).statusCode).toBe(201);
  });

  test('the kept answer is encrypted', async () => {
    await post('key-5', { ...PRESCRIPTION, medication: 'Zidovudine' });
    const [row] = await api.app.sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM idempotency_keys WHERE response IS NULL OR position('Zidovudine'::bytea in response) > 0`;
    expect(row?.n).toBe(0);
  });

  test.each(['', 'ä', 'with space', 'x'.repeat(256)])('the key %j is refused', async (key) => {
    const response = await post(key);
    expect(response.statusCode).toBe(422);
    expect(response.json().errors[0].field).toBe('idempotency-key');
  });
});
