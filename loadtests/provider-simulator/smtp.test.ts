import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultKind, FaultOrder } from './faults.ts';
import { type Simulator, startSimulator } from './simulator.ts';

let simulator: Simulator;
let transport: ReturnType<typeof createTransport>;

beforeAll(async () => {
  simulator = await startSimulator();
  transport = createTransport(`${simulator.smtp}?pool=true`);
});
afterAll(async () => {
  transport?.close();
  await simulator?.close();
});
afterEach(() => {
  simulator.faults.clear();
  simulator.ledger.clear();
  simulator.outbox.clear();
});

const send = (more: object = {}) =>
  transport.sendMail({
    from: 'clinic@example.org',
    to: 'ana@example.org',
    subject: 'Recordatorio',
    text: 'Es hora de su dosis ñ á\nhttp://127.0.0.1/c/abc',
    html: '<p>Es hora</p>',
    messageId: '<attempt-7@dosebell>',
    headers: { 'X-Dosebell-Attempt': 'attempt-7' },
    ...more,
  });
const order = (fault: Omit<FaultOrder, 'provider'>) => simulator.faults.add({ provider: 'smtp', ...fault });
const decisions = () => [...simulator.ledger.entries()];

test('a mail is accepted, parsed and entered with its attempt and Message-ID', async () => {
  expect((await send()).response).toMatch(/^250 /);
  expect(decisions()).toMatchObject([
    {
      provider: 'smtp',
      channel: 'email',
      attemptId: 'attempt-7',
      outcome: 'accepted',
      ref: '<attempt-7@dosebell>',
      identity: '<attempt-7@dosebell>',
    },
  ]);
  const [mail] = simulator.outbox.newest({ limit: 1, to: 'ANA@example.org' });
  expect(mail).toMatchObject({
    to: 'ana@example.org',
    text: 'Recordatorio\nEs hora de su dosis ñ á\nhttp://127.0.0.1/c/abc',
  });
});

const URL_OF_PAGE = 'https://dosebell.example/u/abc';
test.each([
  [
    'both headers of RFC 8058',
    { 'List-Unsubscribe': `<${URL_OF_PAGE}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    URL_OF_PAGE,
  ],
  ['a link that is no one click', { 'List-Unsubscribe': `<${URL_OF_PAGE}>` }, undefined],
  [
    'an address',
    { 'List-Unsubscribe': '<mailto:a@b.example>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    undefined,
  ],
  ['neither', {}, undefined],
])('a mail with %s can be stopped at %s', async (_, headers, unsubscribe) => {
  await send({ headers: { 'X-Dosebell-Attempt': 'attempt-7', ...headers } });
  expect(simulator.outbox.newest({ limit: 1 })[0]?.unsubscribe).toBe(unsubscribe);
});

const faultReplies: { kind: FaultKind; responseCode: number }[] = [
  { kind: 'smtp_4xx', responseCode: 451 },
  { kind: 'smtp_5xx', responseCode: 550 },
  { kind: 'rate_limited', responseCode: 454 },
];

test.each(faultReplies)(
  'fault $kind replies $responseCode, once, for that address only',
  async ({ kind, responseCode }) => {
    order({ kind, to: 'ANA@example.org', times: 1 });
    expect((await send({ to: 'eva@example.org' })).response).toMatch(/^250 /);
    await expect(send()).rejects.toMatchObject({ responseCode });
    expect((await send()).response).toMatch(/^250 /);
    expect(decisions().map(({ outcome, code }) => `${outcome} ${code}`)).toEqual([
      'accepted null',
      `refused ${responseCode}`,
      'accepted null',
    ]);
  },
);

test('timeout_after_accept: the connection is lost after the final dot, the mail is accepted', async () => {
  order({ kind: 'timeout_after_accept', times: 1 });
  await expect(send()).rejects.toThrow();
  expect(decisions()).toMatchObject([{ outcome: 'accepted', code: 'timeout_after_accept', attemptId: 'attempt-7' }]);
  expect((await send()).response).toMatch(/^250 /);
});

test('latency makes the reply wait', async () => {
  order({ kind: 'latency', latencyMs: 80 });
  const start = performance.now();
  await send();
  expect(performance.now() - start).toBeGreaterThanOrEqual(75);
});

test('a mail over 1 MB is refused', async () => {
  await expect(send({ text: 'x'.repeat(1_100_000) })).rejects.toMatchObject({ responseCode: 552 });
});
