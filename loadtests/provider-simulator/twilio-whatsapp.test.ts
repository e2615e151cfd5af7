import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from './simulator.ts';
import { order, startService, twilioClient, until } from './testing.ts';
import { renderTemplate, SIMULATED_TEMPLATES } from './whatsapp-templates.ts';

let simulator: Simulator;
let service: Awaited<ReturnType<typeof startService>>;
beforeAll(async () => {
  [simulator, service] = await Promise.all([startSimulator(), startService()]);
  simulator.setPublicUrl(service.url);
});
afterEach(async () => {
  await order(simulator, 'DELETE', '/state');
  service.seen.length = 0;
});
afterAll(async () => {
  await simulator.close();
  service.close();
});

const REMINDER = SIMULATED_TEMPLATES.es?.reminder as string;
const TO = 'whatsapp:+51900000001';
const own = () => `whatsapp:${simulator.twilio.from}`;
const send = (more: object) => twilioClient(simulator).messages.create({ to: TO, from: own(), ...more });

test.each([
  ['a sender that is not on WhatsApp', { from: 'whatsapp:+15005550001', body: 'Hola' }, 63007],
  ['an SMS number as the sender', { from: '+15005550006', body: 'Hola' }, 63007],
  ['an address that is no number', { to: 'whatsapp:maria', body: 'Hola' }, 21211],
  ['a template that is not there', { contentSid: `HX${'0'.repeat(32)}` }, 21655],
  ['variables that are no JSON', { contentSid: REMINDER, contentVariables: '08:00' }, 21656],
  ['an empty variable', { contentSid: REMINDER, contentVariables: '{"1":""}' }, 21656],
  ['a variable of two lines', { contentSid: REMINDER, contentVariables: '{"1":"a\\nb"}' }, 21656],
  ['neither', {}, 21602],
])('%s is refused', async (_, message, code) => {
  await expect(send(message)).rejects.toMatchObject({ status: 400, code });
  expect(simulator.outbox.newest({ limit: 1 })).toEqual([]);
});

test('a template is shown and kept with its variables filled in', async () => {
  const contentVariables = JSON.stringify({ 1: '09:15', 2: 'token' });
  const { sid } = await send({ contentSid: REMINDER, contentVariables });
  const kept = await twilioClient(simulator).messages(sid).fetch();
  expect(kept).toMatchObject({ to: TO, from: own(), body: 'Es la hora de su medicina de las 09:15. ¿Ya la tomó?' });
  expect(simulator.outbox.newest({ limit: 1 })).toMatchObject([{ channel: 'whatsapp', to: '+51900000001', ref: sid }]);
  expect(renderTemplate(REMINDER, contentVariables)).toMatchObject({
    buttons: [{ id: 'taken:token' }, { id: 'later:token' }, { id: 'skip:token' }],
  });
});

test('an SMS opens no session on WhatsApp, and one of a number is none of another', async () => {
  const statusOf = async () => {
    const { sid } = await send({ body: 'Hola', statusCallback: `${service.url}/status` });
    const told = await until(() => service.seen.find(({ form }) => form.MessageSid === sid));
    return [told.form.MessageStatus, told.form.ErrorCode];
  };
  await simulator.write({ from: '+51900000001', to: simulator.twilio.from, text: 'Hola' });
  await simulator.write({ from: 'whatsapp:+51900000002', to: own(), text: 'Hola' });
  expect(await statusOf()).toEqual(['failed', '63016']);
  await simulator.write({ from: TO, to: own(), text: 'Hola' });
  expect(await statusOf()).toEqual(['sent', undefined]);
});

test('pictures are told with their addresses, and STOP holds for WhatsApp alone', async () => {
  await simulator.write({ from: TO, to: own(), text: 'STOP', media: 2 });
  const [told] = service.seen;
  expect(told?.form).toMatchObject({ From: TO, To: own(), NumMedia: '2', MediaContentType1: 'image/jpeg' });
  expect(Object.keys(told?.form ?? {})).toContain('MediaUrl1');
  await expect(send({ body: 'Hola' })).rejects.toMatchObject({ code: 21610 });
  const sms = await twilioClient(simulator).messages.create({
    to: '+51900000001',
    from: simulator.twilio.from,
    body: 'Hola',
  });
  expect(sms.status).toBe('queued');
});
