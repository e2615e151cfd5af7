import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { OutboundMessage } from '#channels/channel.ts';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { createTwilioVoiceChannel } from './index.ts';

const FAR_MS = 60_000;
let simulator: Simulator;
let voice: ReturnType<typeof createTwilioVoiceChannel>;

beforeAll(async () => {
  simulator = await startSimulator();
  const { twilio, twilioVoice: baseUrl } = simulator;
  voice = createTwilioVoiceChannel({ ...twilio, baseUrl, perSecond: 1, publicUrl: 'http://127.0.0.1:9' });
});
afterEach(() => simulator.faults.clear());
afterAll(async () => {
  await voice.close();
  await simulator.close();
});

const callTo = (to: string): OutboundMessage => {
  const createdAt = new Date();
  return {
    attemptId: uuidv7(createdAt),
    doseId: uuidv7(createdAt),
    purpose: 'reminder',
    to,
    subject: '',
    text: '',
    language: 'es',
    time: '08:00',
    inSession: false,
    expiresAt: new Date(createdAt.getTime() + FAR_MS),
    createdAt,
  };
};

it('two calls to one number at one time are told apart', async () => {
  const [made, lost] = [callTo('+51900000001'), callTo('+51900000001')];
  const [outcome] = await voice.send([made]);
  expect(await voice.lookup?.(made)).toEqual(outcome);
  expect(await voice.lookup?.(lost)).toBeNull();
});

it('a call from before the attempt is another one', async () => {
  const made = callTo('+51900000002');
  await voice.send([made]);
  expect(await voice.lookup?.({ ...made, createdAt: made.expiresAt })).toBeNull();
});

it('a call that nobody answered has failed', async () => {
  const made = callTo('+51900000003');
  simulator.faults.add({ provider: 'twilio_voice', kind: 'no_answer', to: made.to });
  await voice.send([made]);
  const told = () => voice.lookup?.(made);
  await expect.poll(told, { timeout: 5000 }).toEqual({ kind: 'message_failed', code: 'no-answer' });
});

it('a call whose requests cannot be read yet may be this one: it stays unknown', async () => {
  const lost = callTo('+51900000004');
  simulator.faults.add({ provider: 'twilio_voice', kind: 'late_events', delayMs: FAR_MS, to: lost.to });
  await voice.send([callTo(lost.to)]);
  expect(await voice.lookup?.(lost)).toEqual({ kind: 'unknown', code: 'lookup_open' });
});

it('nobody knows while Twilio cannot be asked', async () => {
  const lost = callTo('+51900000005');
  simulator.faults.add({ provider: 'twilio_voice', kind: 'down' });
  expect(await voice.lookup?.(lost)).toEqual({ kind: 'unknown', code: 'lookup_failed' });
});
