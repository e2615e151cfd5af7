import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import webPush from 'web-push';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { createSmtpChannel } from '#channels/email-smtp/index.ts';
import { NOT_STARTED } from '#channels/outcome.ts';
import { createFcmChannel } from '#channels/push-fcm/index.ts';
import { createSmsHttpChannel } from '#channels/sms-http/index.ts';
import { createSmppChannel } from '#channels/sms-smpp/index.ts';
import { createTwilioSmsChannel } from '#channels/sms-twilio/index.ts';
import { createTwilioVoiceChannel } from '#channels/voice-twilio/index.ts';
import { createWebPushChannel } from '#channels/webpush/index.ts';
import { createWhatsappChannel } from '#channels/whatsapp-twilio/index.ts';
import type { FaultOrder } from '#loadtests/provider-simulator/faults.ts';
import { SECOND_SMS } from '#loadtests/provider-simulator/settings.ts';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import { subscriptionOf } from '#loadtests/provider-simulator/webpush-browser.ts';
import type { ChannelName, Outcome } from '#src/domain/attempt.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { readSmsGateway } from '#src/sms-gateway.ts';

/** For answers that never come. */
const SHORT_MS = 300;
/** For answers that come, however busy the machine. */
const LONG_MS = 15_000;

let simulator: Simulator;
/** What says to whoever picks up a call what is to be said. */
const said = http.createServer((request, response) => {
  request.resume();
  response.end('<Response><Say language="es-MX">Es la hora de su dosis</Say><Hangup/></Response>');
});
const saidUrl = () => `http://127.0.0.1:${(said.address() as AddressInfo).port}`;
const opened: Channel[] = [];

beforeAll(async () => {
  simulator = await startSimulator();
  await new Promise<void>((resolve) => said.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  simulator.faults.clear();
  await Promise.all(opened.splice(0).map((channel) => channel.close()));
});
afterAll(async () => {
  await simulator.close();
  said.close();
});

type Fault = Omit<FaultOrder, 'provider'>;

interface Target {
  /** Where the provider is; the simulator when not told. */
  origin?: string;
  timeoutMs: number;
}

interface Adapter {
  name: ChannelName;
  provider: FaultOrder['provider'];
  create(target: Target): Channel;
  /** A URL of the provider's kind at a port where nobody listens. */
  nowhere(port: number): string;
  to(n: number): string;
  deadContact: Fault;
  serverError: Fault & { means: Outcome['kind'] };
  /** Whether the provider says how long to wait. */
  retryAfter: boolean;
  /** Whether the provider is told which attempt it is. */
  namesAttempt: boolean;
}

const RATE = { weight: 1, perSecond: 1000 };
const number = (n: number) => `+5190000${String(n).padStart(4, '0')}`;
const gateway = () => readSmsGateway(SECOND_SMS.sms_http(simulator).SMS_HTTP as string);
const account = () => JSON.parse(readFileSync(simulator.serviceAccount, 'utf8'));

const vapidKeys = webPush.generateVAPIDKeys();
/** A browser's subscription at another push service. */
const movedTo = (origin: string, message: OutboundMessage): OutboundMessage => {
  const { endpoint, keys } = JSON.parse(message.to);
  return { ...message, to: JSON.stringify({ endpoint: origin + new URL(endpoint).pathname, keys }) };
};

const ADAPTERS: Record<string, Adapter> = {
  push: {
    name: 'push',
    provider: 'fcm',
    create: ({ origin: baseUrl = simulator.fcm, timeoutMs }) =>
      createFcmChannel({ ...RATE, baseUrl, serviceAccount: account(), caFile: simulator.caFile, timeoutMs }),
    nowhere: (port) => `https://127.0.0.1:${port}`,
    to: (n) => `device-token-${n}`,
    deadContact: { kind: 'unregistered' },
    serverError: { kind: 'server_error', status: 503, means: 'unknown' },
    retryAfter: true,
    namesAttempt: true,
  },
  webpush: {
    name: 'webpush',
    provider: 'webpush',
    // The address comes with each contact.
    create: ({ origin = simulator.webpush, timeoutMs }) => {
      const { perSecond } = RATE;
      const { caFile } = simulator;
      const subject = 'mailto:ops@hospital.example';
      const channel = createWebPushChannel({ ...vapidKeys, subject, origins: [origin], caFile, perSecond, timeoutMs });
      const send: Channel['send'] = (batch, ...told) =>
        channel.send(
          batch.map((one) => movedTo(origin, one)),
          ...told,
        );
      return { ...channel, send };
    },
    nowhere: (port) => `https://127.0.0.1:${port}`,
    to: (n) => JSON.stringify(subscriptionOf(simulator.webpush, `browser-${n}`)),
    deadContact: { kind: 'unregistered' },
    serverError: { kind: 'server_error', status: 503, means: 'unknown' },
    retryAfter: true,
    namesAttempt: true,
  },
  twilio: {
    name: 'sms',
    provider: 'twilio',
    create: ({ origin: baseUrl = simulator.twilio.baseUrl, timeoutMs }) =>
      createTwilioSmsChannel({ ...RATE, ...simulator.twilio, baseUrl, publicUrl: 'http://127.0.0.1:9', timeoutMs }),
    nowhere: (port) => `http://127.0.0.1:${port}`,
    to: number,
    deadContact: { kind: 'opted_out' },
    serverError: { kind: 'server_error', status: 500, means: 'unknown' },
    retryAfter: true,
    namesAttempt: true,
  },
  'sms-http': {
    name: 'sms',
    provider: 'sms_http',
    create: ({ origin = simulator.smsHttp.url, timeoutMs }) =>
      createSmsHttpChannel({ ...gateway(), url: `${origin}/v1/sms`, publicUrl: 'http://127.0.0.1:9', timeoutMs }),
    nowhere: (port) => `http://127.0.0.1:${port}`,
    to: (n) => number(2000 + n),
    deadContact: { kind: 'opted_out' },
    serverError: { kind: 'server_error', status: 503, means: 'unknown' },
    retryAfter: true,
    namesAttempt: true,
  },
  'sms-smpp': {
    name: 'sms',
    provider: 'smpp',
    create: ({ origin: url = simulator.smpp, timeoutMs }) =>
      createSmppChannel({ ...RATE, url, from: '+15005550008', timeoutMs }),
    nowhere: (port) => `smpp://127.0.0.1:${port}`,
    to: (n) => number(4000 + n),
    deadContact: { kind: 'invalid_number' },
    serverError: { kind: 'server_error', means: 'unknown' },
    retryAfter: false,
    namesAttempt: false,
  },
  whatsapp: {
    name: 'whatsapp',
    provider: 'twilio_whatsapp',
    create: ({ origin: baseUrl = simulator.twilioWhatsapp, timeoutMs }) =>
      createWhatsappChannel({
        ...RATE,
        ...simulator.twilio,
        baseUrl,
        publicUrl: 'http://127.0.0.1:9',
        templates: {},
        timeoutMs,
      }),
    nowhere: (port) => `http://127.0.0.1:${port}`,
    // Who wrote to us gets free text.
    to: (n) => {
      const { from } = simulator.twilio;
      void simulator.write({ from: `whatsapp:${number(5000 + n)}`, to: `whatsapp:${from}`, text: 'Hola' });
      return number(5000 + n);
    },
    deadContact: { kind: 'opted_out' },
    serverError: { kind: 'server_error', status: 500, means: 'unknown' },
    retryAfter: true,
    namesAttempt: true,
  },
  voice: {
    name: 'voice',
    provider: 'twilio_voice',
    create: ({ origin: baseUrl = simulator.twilioVoice, timeoutMs }) =>
      createTwilioVoiceChannel({ ...RATE, ...simulator.twilio, baseUrl, publicUrl: saidUrl(), timeoutMs }),
    nowhere: (port) => `http://127.0.0.1:${port}`,
    to: (n) => number(6000 + n),
    deadContact: { kind: 'invalid_number' },
    serverError: { kind: 'server_error', status: 500, means: 'unknown' },
    retryAfter: true,
    namesAttempt: true,
  },
  email: {
    name: 'email',
    provider: 'smtp',
    create: ({ origin: url = simulator.smtp, timeoutMs }) =>
      createSmtpChannel({ ...RATE, url, from: 'Clinic <care@clinic.example>', timeoutMs }),
    nowhere: (port) => `smtp://127.0.0.1:${port}`,
    to: (n) => `patient${n}@example.org`,
    deadContact: { kind: 'smtp_5xx' },
    serverError: { kind: 'smtp_4xx', means: 'retry' },
    retryAfter: false,
    namesAttempt: true,
  },
};

describe.each(Object.entries(ADAPTERS))('the %s channel', (name, adapter) => {
  const open = (target: Partial<Target> = {}): Channel => {
    const channel = adapter.create({ timeoutMs: LONG_MS, ...target });
    opened.push(channel);
    return channel;
  };
  const fault = (order: Fault) => simulator.faults.add({ provider: adapter.provider, ...order });
  const kinds = (outcomes: Outcome[]) => outcomes.map(({ kind }) => kind);
  const send = async (message: OutboundMessage): Promise<Outcome> => {
    const [outcome] = await open().send([message]);
    return outcome as Outcome;
  };

  let contacts = 0;
  const message = (): OutboundMessage => {
    contacts += 1;
    const link = `http://127.0.0.1:9/c/${name}-${contacts}`;
    const base = messageTo(adapter.to(contacts));
    return { ...base, text: `${base.text}: ${link}`, link, token: `signed-${contacts}` };
  };
  /** What the provider accepted for this message's contact; each message of this suite has its own. */
  const rowsOf = ({ to }: OutboundMessage) => {
    const refs = new Set(simulator.outbox.newest({ limit: 5000, to }).map(({ ref }) => ref));
    return [...simulator.ledger.entries()].filter(
      ({ provider, ref }) => provider === adapter.provider && refs.has(ref ?? ''),
    );
  };

  test('says what it is', () => {
    const { name: own, sender, provider, weight, perSecond, width, units } = open();
    expect(own).toBe(adapter.name);
    expect([weight, perSecond, width, units(message())].every((value) => value >= 1)).toBe(true);
    expect(provider).toBe(adapter.provider);
    expect(sender).not.toBe('');
  });

  test('hands a message over once, and the provider knows which attempt it was', async () => {
    const one = message();
    const outcome = await send(one);
    expect(outcome).toEqual({ kind: 'accepted', ref: expect.stringMatching(/./) });
    const attemptId = adapter.namesAttempt ? one.attemptId : null;
    expect(rowsOf(one)).toMatchObject([{ provider: adapter.provider, outcome: 'accepted', attemptId }]);
    // A call says it once it is picked up.
    const shown = () => simulator.outbox.newest({ limit: 1, to: one.to })[0]?.text;
    await expect.poll(shown, { timeout: 5000 }).toContain('Es la hora de su dosis');
  });

  test('answers nothing for an empty batch', async () => {
    expect(await open().send([])).toEqual([]);
  });

  test('keeps the order of a batch larger than its bound, each message with its own fate', async () => {
    const batch = Array.from({ length: 130 }, () => message());
    const dead = new Set([0, 7, 64, 129]);
    for (const at of dead) fault({ ...adapter.deadContact, to: (batch[at] as OutboundMessage).to });
    fault({ kind: 'latency', latencyMs: 60, to: (batch[3] as OutboundMessage).to });
    const outcomes = await open().send(batch);
    expect(kinds(outcomes)).toEqual(batch.map((_, at) => (dead.has(at) ? 'contact_failed' : 'accepted')));
    const taken = batch.filter((_, at) => !dead.has(at));
    expect(taken.map(({ to }) => simulator.outbox.newest({ limit: 2, to }).length)).toEqual(taken.map(() => 1));
  });

  test('starts nothing once it may not, and knows it of each message', async () => {
    const batch = Array.from({ length: 130 }, () => message());
    const channel = open();
    fault({ kind: 'latency', latencyMs: 30 });
    let started = 0;
    const outcomes = await channel.send(batch, () => ++started <= channel.width + 1);
    expect(started).toBe(130);
    const sent = batch.filter((_, at) => outcomes[at] !== NOT_STARTED);
    expect(sent).toHaveLength(channel.width + 1);
    expect(batch.map((one) => rowsOf(one).length)).toEqual(batch.map((one) => (sent.includes(one) ? 1 : 0)));
  });

  test('tells of each answer as it comes, while a slow one is still waited for', async () => {
    const [slow, ...others] = [message(), message(), message()];
    fault({ kind: 'latency', latencyMs: SHORT_MS, to: slow.to });
    let answers = 0;
    let isOver = false;
    const { promise: othersTold, resolve } = Promise.withResolvers<void>();
    const sent = open().send([slow, ...others], undefined, () => {
      answers += 1;
      if (answers === others.length) resolve();
    });
    void sent.then(() => {
      isOver = true;
    });
    await othersTold;
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    expect(kinds(await sent)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(answers).toBe(3);
  });

  test('a rate limit is a retry, after the time the provider asks for', async () => {
    fault({ kind: 'rate_limited', retryAfterSeconds: 7 });
    const outcome = await send(message());
    expect(outcome).toMatchObject({ kind: 'retry' });
    if (adapter.retryAfter) expect(outcome).toMatchObject({ retryAfterMs: 7000 });
  });

  test('a dead contact point is told from a bad message', async () => {
    const one = message();
    fault({ ...adapter.deadContact, to: one.to });
    expect(await send(one)).toMatchObject({
      kind: 'contact_failed',
      optedOut: adapter.deadContact.kind === 'opted_out',
    });
  });

  test("a provider's own failure is what the channel says it is", async () => {
    const { means, ...order } = adapter.serverError;
    fault(order);
    expect(await send(message())).toMatchObject({ kind: means });
  });

  describe.each([
    ['cuts the answer off', { kind: 'timeout_after_accept' }],
    ['resets the connection in the middle of its answer', { kind: 'reset_mid_answer' }],
    ['keeps silent', { kind: 'latency', latencyMs: 3 * SHORT_MS }],
  ] as [string, Fault][])('when the provider takes a message and %s', (_, order) => {
    test('it is unknown, and a look-up, if there is one, tells what became of it', async () => {
      const one = message();
      fault({ ...order, to: one.to });
      const channel = open({ timeoutMs: SHORT_MS });
      expect(kinds(await channel.send([one]))).toEqual(['unknown']);
      await expect.poll(() => rowsOf(one).map(({ outcome }) => outcome), { timeout: 5000 }).toEqual(['accepted']);
      if (!channel.lookup) return;
      const ref = rowsOf(one)[0]?.ref;
      expect(await channel.lookup(one)).toEqual({ kind: 'accepted', ref });
    });
  });

  test('a connection reset before any answer leaves a message unknown, and a look-up proves that it was not taken', async () => {
    const [lost, next] = [message(), message()];
    fault({ kind: 'reset_mid_request', to: lost.to });
    const channel = open();
    expect(kinds(await channel.send([lost]))).toEqual(['unknown']);
    expect(rowsOf(lost)).toEqual([]);
    if (channel.lookup) expect(await channel.lookup(lost)).toBeNull();
    await expect.poll(async () => kinds(await channel.send([next])), { timeout: 5000 }).toEqual(['accepted']);
  });

  test('a storm of resets decides each message for itself: none that may have left is called unsent', async () => {
    fault({ kind: 'reset_mid_answer', probability: 0.5 });
    const batch = Array.from({ length: 40 }, () => message());
    const outcomes = await open().send(batch);
    const unsent = batch.filter((_, at) => outcomes[at]?.kind === 'retry');
    expect(unsent.flatMap(rowsOf)).toEqual([]);
    expect(outcomes.filter(({ kind }) => kind === 'unknown')).not.toEqual([]);
    expect(kinds(outcomes).filter((kind) => !['accepted', 'unknown', 'retry'].includes(kind))).toEqual([]);
  });

  test('a message that is taken and never delivered is accepted like any other', async () => {
    fault({ kind: 'never_delivered' });
    expect(kinds(await open().send([message()]))).toEqual(['accepted']);
  });

  test('works again after a silence', async () => {
    const late = message();
    fault({ kind: 'latency', latencyMs: 3 * SHORT_MS, to: late.to });
    const channel = open({ timeoutMs: SHORT_MS });
    expect(kinds(await channel.send([late]))).toEqual(['unknown']);
    await expect.poll(async () => kinds(await channel.send([message()])), { timeout: 5000 }).toEqual(['accepted']);
  });

  test('a provider that is down was certainly not reached', async () => {
    const channel = open({ origin: adapter.nowhere(await closedPort()) });
    expect(kinds(await channel.send([message(), message()]))).toEqual(['retry', 'retry']);
  });

  test('a provider that goes down is told, and found again when it is back', async () => {
    const channel = open();
    expect(kinds(await channel.send([message()]))).toEqual(['accepted']);
    fault({ kind: 'down' });
    // A kept connection may be found dead only after a message was given to it.
    await expect.poll(async () => kinds(await channel.send([message()])), { timeout: 5000 }).toEqual(['retry']);
    simulator.faults.clear();
    await expect.poll(async () => kinds(await channel.send([message()])), { timeout: 10_000 }).toEqual(['accepted']);
  });

  test('beyond a rate the rest of a batch is a retry because of the rate', async () => {
    fault({ kind: 'rate', perSecond: 5 });
    const outcomes = await open().send(Array.from({ length: 40 }, () => message()));
    const passed = outcomes.filter(({ kind }) => kind === 'accepted').length;
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(outcomes.filter(({ kind }) => kind === 'retry')).toHaveLength(40 - passed);
    expect(outcomes.find(({ kind }) => kind === 'retry')).toMatchObject({ throttled: true });
  });

  test('a server that takes connections and never speaks does not hold a batch for long', async () => {
    const mute = createServer((socket) => socket.resume().on('error', () => undefined));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    const outcomes = await open({ origin: adapter.nowhere(port), timeoutMs: SHORT_MS }).send([message()]);
    expect(['retry', 'unknown']).toContain(outcomes[0]?.kind);
    await Promise.all(opened.splice(0).map((channel) => channel.close()));
    await new Promise((resolve) => mute.close(resolve));
  });

  test('can be closed twice', async () => {
    const channel = open();
    await channel.send([message()]);
    await channel.close();
    await channel.close();
  });
});

test.each(['twilio', 'sms-http'])('a look-up by %s finds no message that was never taken', async (name) => {
  const sms = (ADAPTERS[name] as Adapter).create({ timeoutMs: LONG_MS });
  opened.push(sms);
  const one = messageTo('+51911111111');
  expect(await sms.lookup?.(one)).toBeNull();
  await sms.send([one]);
  expect(await sms.lookup?.(one)).toMatchObject({ kind: 'accepted' });
  const [other, sooner] = [messageTo('+51911111111'), { ...one, createdAt: one.expiresAt }];
  expect(await sms.lookup?.({ ...other, text: 'Otra dosis' })).toBeNull();
  // Twilio is asked by words and time: the same words sent earlier are another message.
  if (name === 'twilio') expect(await sms.lookup?.(sooner)).toBeNull();
});

test('a look-up by Twilio tells nothing of a message whose words were changed since: it may have left in the old ones', async () => {
  const sms = (ADAPTERS.twilio as Adapter).create({ timeoutMs: LONG_MS });
  opened.push(sms);
  const link = 'http://127.0.0.1:9/c/reworded';
  const sent = { ...messageTo('+51911111112'), text: `Su dosis: ${link}`, link };
  await sms.send([sent]);
  expect(await sms.lookup?.({ ...sent, text: `Su medicina: ${link}` })).toEqual({
    kind: 'unknown',
    code: 'not_told_apart',
  });
});

test('a look-up tells what Twilio gave up, and that nobody knows while Twilio cannot be asked', async () => {
  const sms = ADAPTERS.twilio as Adapter;
  const up = sms.create({ timeoutMs: LONG_MS });
  const down = sms.create({ timeoutMs: LONG_MS, origin: sms.nowhere(await closedPort()) });
  opened.push(up, down);
  const one = messageTo('+51911111112');
  simulator.faults.add({ provider: 'twilio', kind: 'undeliverable', errorCode: 30006, to: one.to });
  await up.send([one]);
  await expect
    .poll(() => up.lookup?.(one), { timeout: 5000 })
    .toEqual({ kind: 'contact_failed', code: '30006', optedOut: false });
  expect(await down.lookup?.(one)).toEqual({ kind: 'unknown', code: 'lookup_failed' });
});

test('push without an access token is a retry, and a refused token is replaced', async () => {
  const port = await closedPort();
  const serviceAccount = { ...account(), token_uri: `http://127.0.0.1:${port}/token` };
  const settings = { ...RATE, baseUrl: simulator.fcm, caFile: simulator.caFile };
  const mute = createFcmChannel({ ...settings, serviceAccount });
  const push = createFcmChannel({ ...settings, serviceAccount: account() });
  opened.push(mute, push);
  const one = messageTo('device-token');
  expect(await mute.send([one])).toEqual([{ kind: 'retry', code: 'no_access_token' }]);
  simulator.faults.add({ provider: 'fcm', kind: 'unauthenticated', times: 1 });
  expect(await push.send([one])).toMatchObject([{ kind: 'retry', code: 'UNAUTHENTICATED' }]);
  expect(await push.send([one])).toMatchObject([{ kind: 'accepted' }]);
});

test('a process that sent many and closed its channels ends by itself, without a warning', async () => {
  const settings = {
    push: { ...RATE, baseUrl: simulator.fcm, serviceAccount: account(), caFile: simulator.caFile },
    sms: {
      twilio: { ...RATE, ...simulator.twilio, from: [simulator.twilio.from] },
      http: gateway(),
      smpp: { ...RATE, url: simulator.smpp, from: '+15005550008' },
    },
    whatsapp: { ...RATE, ...simulator.twilio, templates: {} },
    voice: { ...RATE, ...simulator.twilio },
    email: { ...RATE, url: simulator.smtp, from: 'care@clinic.example' },
    http: { publicUrl: 'http://127.0.0.1:9' },
  };
  // More than ten messages on each connection: a listener left behind on each would be warned of.
  const program = `
    import { createChannels } from '#channels/registry.ts';
    const { settings, message, contacts } = JSON.parse(process.env.WORK);
    const [createdAt, expiresAt] = [new Date(message.createdAt), new Date(message.expiresAt)];
    const channels = createChannels(settings);
    for (const channel of [...channels.values()].flat()) {
      const batch = Array.from({ length: 600 }, () => ({ ...message, to: contacts[channel.name], createdAt, expiresAt }));
      const outcomes = await channel.send(batch);
      console.log(channel.provider, outcomes.filter(({ kind }) => kind === 'accepted').length);
    }
    for (const channel of [...channels.values()].flat()) await channel.close();
  `;
  const contacts = Object.fromEntries(Object.values(ADAPTERS).map(({ name, to }) => [name, to(9000)]));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, WORK: JSON.stringify({ settings, contacts, message: messageTo('') }) },
    timeout: 25_000,
  });
  expect(stdout.trim().split('\n')).toEqual(
    ['fcm', 'twilio', 'sms_http', 'smpp', 'twilio_whatsapp', 'twilio_voice', 'smtp'].map(
      (provider) => `${provider} 600`,
    ),
  );
  expect(stderr).toBe('');
});

function messageTo(to: string): OutboundMessage {
  const createdAt = new Date();
  return {
    attemptId: uuidv7(createdAt),
    doseId: uuidv7(createdAt),
    purpose: 'reminder',
    language: 'es' as const,
    time: '08:00',
    inSession: true,
    to,
    subject: 'Es hora',
    text: 'Es la hora de su dosis',
    expiresAt: new Date(createdAt.getTime() + 3_600_000),
    createdAt,
  };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
