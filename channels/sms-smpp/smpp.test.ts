import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Channel, OutboundMessage, RefReceipt } from '#channels/channel.ts';
import { createSmppChannel } from '#channels/sms-smpp/index.ts';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import {
  COMMAND,
  cString,
  deliverSmBody,
  PduReader,
  pdu,
  type RawPdu,
} from '#loadtests/provider-simulator/smpp-pdu.ts';

const FROM = '+15005550008';
const ANSWER = 0x80000000;
let simulator: Simulator;
const opened: Channel[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  simulator = await startSimulator();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((channel) => channel.close()));
  for (const server of servers.splice(0)) server.close();
  simulator.faults.clear();
  simulator.patients.clear();
});
afterAll(() => simulator.close());

function open(url = simulator.smpp, timeoutMs = 15_000): Channel {
  const channel = createSmppChannel({ url, from: FROM, weight: 1, perSecond: 10, timeoutMs });
  opened.push(channel);
  return channel;
}

let count = 0;
function message(to = '+51900000001'): OutboundMessage {
  count += 1;
  const now = new Date();
  return {
    attemptId: `attempt-${count}`,
    doseId: 'dose',
    purpose: 'reminder',
    language: 'es' as const,
    time: '08:00',
    inSession: false,
    to,
    subject: '',
    text: 'Es la hora',
    expiresAt: new Date(now.getTime() + 60_000),
    createdAt: now,
  };
}

function inbox(channel: Channel, reply: string | null = null) {
  const heard = { receipts: [] as RefReceipt[], replies: [] as { from: string; body: string }[] };
  channel.receive?.({
    receipts: async (receipts) => void heard.receipts.push(...receipts),
    reply: async (told) => {
      heard.replies.push(told);
      return reply;
    },
  });
  return heard;
}

/** An SMSC that takes every bind, and answers the rest as told. */
async function smsc(answer: (request: RawPdu, socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    const reader = new PduReader();
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      for (const request of reader.push(piece)) {
        const { command, sequence } = request;
        if (command === COMMAND.bind_transceiver) socket.write(pdu(command + ANSWER, 0, sequence, cString('x')));
        else if (command === COMMAND.unbind) socket.end(pdu(command + ANSWER, 0, sequence));
        else answer(request, socket);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `smpp://a:b@127.0.0.1:${(server.address() as { port: number }).port}`;
}

const receipt = (id: string) =>
  deliverSmBody({ from: '51900000001', to: '15005550008', esmClass: 4, text: `id:${id} stat:DELIVRD err:000 text:` });

test('delivery and its failure are receipts of their attempts', async () => {
  const channel = open();
  const heard = inbox(channel);
  const [good, bad] = [message('+51900000001'), message('+51900000002')];
  simulator.faults.add({ provider: 'smpp', kind: 'undeliverable', to: bad.to });
  const outcomes = await channel.send([good, bad]);
  await expect.poll(() => heard.receipts.length).toBe(2);
  const [a, b] = outcomes.map((outcome) => (outcome.kind === 'accepted' ? outcome.ref : ''));
  expect(heard.receipts).toEqual([
    { attemptId: good.attemptId, ref: a, state: 'delivered' },
    { attemptId: bad.attemptId, ref: b, state: 'failed', code: 'UNDELIV_027' },
  ]);
});

test('a receipt in the same breath as the answer finds its attempt; one of another process has only its ref', async () => {
  const url = await smsc(({ command, sequence }, socket) => {
    if (command !== COMMAND.submit_sm) return;
    const answer = pdu(command + ANSWER, 0, sequence, cString('now'));
    socket.write(
      Buffer.concat([answer, ...['now', 'else'].map((id, at) => pdu(COMMAND.deliver_sm, 0, at + 1, receipt(id)))]),
    );
  });
  const channel = open(url);
  const heard = inbox(channel);
  const one = message();
  expect(await channel.send([one])).toEqual([{ kind: 'accepted', ref: 'now' }]);
  await expect
    .poll(() => heard.receipts)
    .toEqual([
      { attemptId: one.attemptId, ref: 'now', state: 'delivered' },
      { ref: 'else', state: 'delivered' },
    ]);
});

test('receipts of an id that the SMSC gave to two messages are nobody’s', async () => {
  const channel = open();
  const heard = inbox(channel);
  const [one, two, three] = [message(), message('+51900000002'), message('+51900000003')];
  simulator.faults.add({ provider: 'smpp', kind: 'delayed_callbacks', delayMs: 100 });
  const [first] = await channel.send([one]);
  simulator.faults.add({ provider: 'smpp', kind: 'ref_reused', to: two.to });
  expect(await channel.send([two])).toEqual([first]);
  const [last] = await channel.send([three]);
  await expect.poll(() => heard.receipts.map(({ ref }) => ref)).toEqual([(last as { ref: string }).ref]);
});

test('an answer that came too late still tells that the message was taken', async () => {
  const channel = open(simulator.smpp, 200);
  const heard = inbox(channel);
  const one = message();
  simulator.faults.add({ provider: 'smpp', kind: 'latency', latencyMs: 500 });
  expect(await channel.send([one])).toEqual([{ kind: 'unknown', code: 'ETIMEDOUT' }]);
  await expect.poll(() => heard.receipts[0]).toMatchObject({ attemptId: one.attemptId, state: 'accepted' });
});

test('a patient’s message is handed over, and the answer sent back', async () => {
  const channel = open();
  const heard = inbox(channel, 'Anotado');
  const to = '+51987654321';
  simulator.patients.script([
    {
      contacts: { sms: to },
      answers: [{ on: 'sms', via: 'sms_reply', delayMs: 0, action: 'taken', text: 'Tomé', nth: 1 }],
    },
  ]);
  await channel.send([message(to)]);
  await expect.poll(() => simulator.outbox.newest({ limit: 1, to })[0]?.text).toBe('Anotado');
  expect(heard.replies).toEqual([expect.objectContaining({ from: to, body: 'Tomé' })]);
  expect(simulator.patients.summary()).toMatchObject({ answersOk: 1, answersFailed: 0 });
});

test('what could not be taken in is asked for again', async () => {
  const answers: number[] = [];
  const url = await smsc(({ command, status, sequence }, socket) => {
    if (command === COMMAND.deliver_sm + ANSWER) answers.push(status);
    if (command === COMMAND.submit_sm) {
      socket.write(pdu(command + ANSWER, 0, sequence, cString('m')));
      socket.write(pdu(COMMAND.deliver_sm, 0, 9, receipt('m')));
    }
  });
  const channel = open(url);
  let failures = 0;
  channel.receive?.({
    receipts: async () => {
      failures += 1;
      throw new Error('no database');
    },
    reply: async () => null,
  });
  await channel.send([message()]);
  await expect.poll(() => answers).toEqual([0x64]);
  expect(failures).toBe(1);
});

test('a wrong password is told, and nothing has left', async () => {
  const url = simulator.smpp.replace('secret08', 'wrong');
  expect(await open(url).send([message()])).toEqual([{ kind: 'retry', code: 'bind_ESME_RINVPASWD' }]);
});

test('a certificate that nobody vouches for is not spoken to', async () => {
  const url = `ssmpp://a:b@${new URL(simulator.fcm).host}`;
  expect(await open(url).send([message()])).toEqual([{ kind: 'retry', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }]);
});

test('an SMSC that falls silent is left, and everything in flight is unknown', async () => {
  let sessions = 0;
  const url = await smsc((_, socket) => {
    if (socket.listenerCount('close') < 5) socket.once('close', () => (sessions += 1));
  });
  const channel = open(url, 200);
  const outcomes = await channel.send([message(), message(), message()]);
  expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'unknown', code: 'ETIMEDOUT' })));
  await expect.poll(() => sessions, { timeout: 5000 }).toBeGreaterThan(0);
});

test('an SMSC that says goodbye, or nonsense, is called again', async () => {
  const said: string[] = [];
  const url = await smsc(({ command, sequence }, socket) => {
    if (command !== COMMAND.submit_sm) return;
    said.push('submit');
    if (said.length === 1) socket.write(pdu(COMMAND.unbind, 0, 1));
    else if (said.length === 2) socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]));
    else socket.write(pdu(command + ANSWER, 0, sequence, cString('third')));
  });
  const channel = open(url);
  const first = await channel.send([message()]);
  expect(first).toMatchObject([{ kind: 'unknown' }]);
  const kinds = async () => (await channel.send([message()]))[0]?.kind;
  await expect.poll(kinds, { timeout: 5000 }).toBe('unknown');
  await expect.poll(kinds, { timeout: 5000 }).toBe('accepted');
});
