import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OutboundMessage } from '#channels/channel.ts';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import { startService, until } from '#loadtests/provider-simulator/testing.ts';
import { SIMULATED_TEMPLATES } from '#loadtests/provider-simulator/whatsapp-templates.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { createWhatsappChannel } from './index.ts';
import { templateOf } from './template.ts';

let simulator: Simulator;
let service: Awaited<ReturnType<typeof startService>>;
beforeAll(async () => {
  [simulator, service] = await Promise.all([startSimulator(), startService()]);
  simulator.setPublicUrl(service.url);
});
afterEach(() => simulator.faults.clear());
afterAll(async () => {
  await simulator.close();
  service.close();
});

let people = 0;
/** A message to somebody new. */
function message(given: Partial<OutboundMessage> = {}): OutboundMessage {
  people += 1;
  const createdAt = new Date();
  return {
    attemptId: uuidv7(createdAt),
    doseId: uuidv7(createdAt),
    purpose: 'reminder',
    to: `+5190001${String(people).padStart(4, '0')}`,
    subject: '',
    text: `Responda 1 si ya la tomo, o abra https://r.example/c/${people}`,
    language: 'es',
    time: '08:00',
    inSession: false,
    link: `https://r.example/c/${people}`,
    token: `token-${people}`,
    expiresAt: new Date(createdAt.getTime() + 3_600_000),
    createdAt,
    ...given,
  };
}

function channel(templates = SIMULATED_TEMPLATES) {
  const { twilio } = simulator;
  const baseUrl = simulator.twilioWhatsapp;
  return createWhatsappChannel({ ...twilio, baseUrl, publicUrl: service.url, templates, perSecond: 80 });
}

const write = (from: string) =>
  simulator.write({ from: `whatsapp:${from}`, to: `whatsapp:${simulator.twilio.from}`, text: 'Hola' });
const shownTo = (to: string) => simulator.outbox.newest({ limit: 10, to, channel: 'whatsapp' });
/** What the status callbacks of an attempt told, in order. */
const toldOf = (attemptId: string) =>
  service.seen
    .filter(({ path }) => path.endsWith(`/webhooks/twilio/status?attempt=${attemptId}`))
    .map(({ form }) => [form.MessageStatus, form.ErrorCode]);

describe('to somebody who did not write within 24 hours', () => {
  test.each(['es', 'en', 'pt'] as const)('a template is sent, filled with time and token, in %s', async (language) => {
    const one = message({ language });
    expect(await channel().send([one])).toEqual([{ kind: 'accepted', ref: expect.stringMatching(/^\w{34}$/) }]);
    const [shown] = shownTo(one.to);
    expect(shown).toMatchObject({ attemptId: one.attemptId });
    expect(shown?.text).toContain('08:00');
    expect(shown?.text).not.toContain(one.link);
    await until(() => toldOf(one.attemptId).length === 3);
    expect(toldOf(one.attemptId).map(([status]) => status)).toEqual(['sent', 'delivered', 'read']);
  });

  test('a case is sent with its link', async () => {
    const { token: _, ...one } = message({ purpose: 'escalation', time: '' });
    expect(await channel().send([one])).toMatchObject([{ kind: 'accepted' }]);
    expect(shownTo(one.to)[0]?.text).toContain(one.link);
  });

  test('a template that is paused is told by callback, and nobody sees it', async () => {
    const one = message();
    simulator.faults.add({ provider: 'twilio_whatsapp', kind: 'template_paused', to: one.to });
    simulator.patients.script([
      {
        contacts: { whatsapp: one.to },
        answers: [{ on: 'whatsapp', via: 'whatsapp_button', delayMs: 0, action: 'taken' }],
      },
    ]);
    expect(await channel().send([one])).toMatchObject([{ kind: 'accepted' }]);
    await until(() => toldOf(one.attemptId).length === 1);
    expect(toldOf(one.attemptId)).toEqual([['failed', '63041']]);
    expect(simulator.patients.summary()).toMatchObject({ answersSent: 0, pending: 0 });
  });

  test.each([
    ['a language', { en: SIMULATED_TEMPLATES.en }, {}],
    ['a purpose', { es: { caregiver: SIMULATED_TEMPLATES.es?.caregiver } }, {}],
    ['what a person writes', SIMULATED_TEMPLATES, { purpose: 'message' }],
  ] as const)('without a template for %s it fails at once, and nothing leaves', async (_, templates, given) => {
    const one = message(given);
    expect(await channel(templates as typeof SIMULATED_TEMPLATES).send([one])).toEqual([
      { kind: 'message_failed', code: 'no_template' },
    ]);
    expect(shownTo(one.to)).toEqual([]);
  });

  test('a ContentSid that Twilio does not know is a bad message', async () => {
    const unknown = { es: { reminder: `HX${'f'.repeat(32)}` } };
    expect(await channel(unknown).send([message()])).toEqual([{ kind: 'message_failed', code: '21655' }]);
  });
});

describe('free text', () => {
  test('goes to who wrote within 24 hours', async () => {
    const one = message({ inSession: true });
    await write(one.to);
    expect(await channel().send([one])).toMatchObject([{ kind: 'accepted' }]);
    expect(shownTo(one.to)[0]?.text).toBe(one.text);
    await until(() => toldOf(one.attemptId).length === 3);
  });

  test('to anybody else is taken, and then told as outside the window', async () => {
    const one = message({ inSession: true });
    expect(await channel().send([one])).toMatchObject([{ kind: 'accepted' }]);
    await until(() => toldOf(one.attemptId).length === 1);
    expect(toldOf(one.attemptId)).toEqual([['failed', '63016']]);
  });
});

describe('a look-up', () => {
  test('finds free text, and tells what was given up', async () => {
    const [good, late] = [message({ inSession: true }), message({ inSession: true })];
    await write(good.to);
    const whatsapp = channel();
    const [sent] = await whatsapp.send([good, late]);
    expect(await whatsapp.lookup?.(good)).toEqual(sent);
    await until(() => toldOf(late.attemptId).length === 1);
    expect(await whatsapp.lookup?.(late)).toEqual({ kind: 'message_failed', code: '63016' });
  });

  test('proves absent what nothing was sent for, and does not guess which template a message was', async () => {
    const one = message();
    const whatsapp = channel();
    expect(await whatsapp.lookup?.(one)).toBeNull();
    await whatsapp.send([{ ...one, attemptId: uuidv7(new Date()) }]);
    expect(await whatsapp.lookup?.(one)).toEqual({ kind: 'unknown', code: 'not_told_apart' });
    // The person has written meanwhile: a message sent as a template is not looked for as free text.
    expect(await whatsapp.lookup?.({ ...one, inSession: true })).toEqual({ kind: 'unknown', code: 'not_told_apart' });
    expect(await whatsapp.lookup?.({ ...one, createdAt: new Date(Date.now() + 60_000) })).toBeNull();
  });
});

describe('a patient', () => {
  const answer = (via: 'whatsapp_button' | 'whatsapp_reply', action: 'taken' | 'snoozed' | 'skipped') => ({
    on: 'whatsapp' as const,
    via,
    delayMs: 0,
    action,
  });
  const heardFrom = (to: string) =>
    service.seen.find(({ form }) => form.From === `whatsapp:${to}` && form.Body !== 'Hola');

  test.each([
    ['taken', 'Ya la tomé', 'taken:'],
    ['snoozed', 'Más tarde', 'later:'],
    ['skipped', 'No la tomé', 'skip:'],
  ] as const)('presses the button for %s, whose payload is the token', async (action, title, payload) => {
    const one = message();
    simulator.patients.script([{ contacts: { whatsapp: one.to }, answers: [answer('whatsapp_button', action)] }]);
    const [sent] = await channel().send([one]);
    const { form } = await until(() => heardFrom(one.to));
    expect(form).toMatchObject({
      To: `whatsapp:${simulator.twilio.from}`,
      Body: title,
      ButtonText: title,
      ButtonPayload: payload + one.token,
      OriginalRepliedMessageSid: sent?.kind === 'accepted' ? sent.ref : '',
    });
  });

  test('answers free text in words, which opens the session anew', async () => {
    const one = message({ inSession: true });
    await write(one.to);
    simulator.patients.script([{ contacts: { whatsapp: one.to }, answers: [answer('whatsapp_reply', 'taken')] }]);
    await channel().send([one]);
    expect((await until(() => heardFrom(one.to))).form).toMatchObject({ Body: '1', MessageType: 'text' });
  });
});

test('a message may wait at Twilio as long as it is useful, and four hours at most', async () => {
  const seen: string[] = [];
  const twilio = await startService();
  twilio.answer = ({ form }) => {
    seen.push(form.ValidityPeriod ?? '');
    return { status: 500 };
  };
  const whatsapp = createWhatsappChannel({
    ...simulator.twilio,
    baseUrl: twilio.url,
    publicUrl: service.url,
    templates: SIMULATED_TEMPLATES,
    perSecond: 80,
    now: () => new Date('2026-11-23T13:00:00Z'),
  });
  for (const expiresAt of ['2026-11-23T13:10:00Z', '2026-11-24T13:00:00Z', '2026-11-23T12:00:00Z'])
    await whatsapp.send([message({ expiresAt: new Date(expiresAt) })]);
  expect(seen).toEqual(['600', '14400', '1']);
  await whatsapp.close();
  twilio.close();
});

test('a template takes the token of an answer, or the link where nothing is to be answered', () => {
  const templates = { es: { reminder: 'HX1', escalation: 'HX2' } };
  const one = message({ link: 'https://r.example/c/x', token: 'abc' });
  const { token: _, ...withoutToken } = one;
  expect(templateOf(templates, one)).toEqual({ ContentSid: 'HX1', ContentVariables: '{"1":"08:00","2":"abc"}' });
  expect(templateOf(templates, { ...withoutToken, purpose: 'escalation', time: '' })).toEqual({
    ContentSid: 'HX2',
    ContentVariables: '{"1":"--:--","2":"https://r.example/c/x"}',
  });
});
