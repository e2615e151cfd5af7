import { beforeEach, describe, expect, it } from 'vitest';
import { segmentsOf } from '#channels/sms-segments.ts';
import { conversationBench, PHONE } from '../helpers/conversation.ts';
import { seedPatient, seedPrescription } from '../helpers/dispatcher.ts';
import { clear } from '../helpers/drive.ts';

const bench = await conversationBench();
const { app, at, say, states } = bench;
const SMS_FIRST = { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' } as const], windowSeconds: 5 * 3600 };

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});

/** One patient with a phone, reminded at these times. */
async function ana(times: string[], policy: object = SMS_FIRST) {
  const patient = await seedPatient(app, { name: 'Ana Quispe', contacts: [{ kind: 'phone', value: PHONE }] });
  return seedPrescription(app, patient, { times, policy });
}

const answers = () => app.sql`SELECT answer, effect FROM confirmations ORDER BY id`;
const cases = async () =>
  (await app.sql`SELECT kind FROM escalations WHERE state = 'open' ORDER BY kind`).map((row) => row.kind);
const reminders = () => app.scripted.sms.sent.filter(({ purpose }) => purpose === 'reminder').length;

describe('two doses wait', () => {
  beforeEach(async () => {
    await ana(['08:00', '12:00']);
    await at('08:00');
    await at('12:00');
  });
  const QUESTION = 'Responda con el numero. ¿Cual tomo? 1 Mañana 08:00, 2 Mediodia 12:00, 9 todas';

  it('"Ya la tomé" is asked about, and "2" is the second of the list, not "not taken"', async () => {
    expect(await say('Ya la tomé')).toBe(QUESTION);
    expect(await states()).toEqual(['08:00 Ana open', '12:00 Ana open']);
    expect(await say('2')).toBe('Gracias. Registramos su medicina de las 12:00 como tomada.');
    expect(await states()).toEqual(['08:00 Ana open', '12:00 Ana taken']);
    expect(await say('2')).toBe('Gracias. Registramos que no tomó su medicina de las 08:00.'); // the list is over
  });

  it.each(['todas', '9', '1 y 2'])('"%s" is both of them', async (choice) => {
    await say('Ya la tomé');
    expect(await say(choice)).toBe('Gracias. Registramos como tomadas sus medicinas de las 08:00, 12:00.');
    expect(await states()).toEqual(['08:00 Ana taken', '12:00 Ana taken']);
  });

  it('a number of a list that is over is asked anew', async () => {
    await say('Ya la tomé');
    app.clock.advance(3600);
    expect(await say('2')).toBe(QUESTION);
    expect(await answers()).toEqual([]);
    await say('1');
    expect(await states()).toEqual(['08:00 Ana taken', '12:00 Ana open']);
  });

  it('the same webhook twice, one after the other and at once, is one answer', async () => {
    await say('Ya la tomé', { sid: 'SMq' });
    expect(await say('Ya la tomé', { sid: 'SMq' })).toBe(QUESTION);
    const told = await Promise.all([1, 2, 3].map(() => say('2', { sid: 'SMa' })));
    expect(new Set(told).size).toBe(1);
    expect(await say('2', { sid: 'SMa' })).toBe(told[0]);
    expect(await answers()).toEqual([{ answer: 'taken', effect: 'applied' }]);
  });

  it('two messages at once are one choice of the list, and one answer to what is left', async () => {
    await say('Ya la tomé');
    await Promise.all([say('1'), say('1')]);
    expect(await states()).toEqual(['08:00 Ana taken', '12:00 Ana taken']);
    expect(await answers()).toHaveLength(2);
  });
});

it('a reminder that comes after the list ends it: its own "1" is not the list’s', async () => {
  await ana(['08:00', '08:20', '08:40']);
  await at('08:00');
  await at('08:20');
  await say('Ya la tomé');
  await at('08:40');
  expect(await say('1')).toBe(
    'Responda con el numero. ¿Cual tomo? 1 Mañana 08:00, 2 Mañana 08:20, 3 Mañana 08:40, 9 todas',
  );
  expect(await answers()).toEqual([]);
});

it('"me equivoqué, no la tomé" takes the last answer back, as a further event', async () => {
  await ana(['08:00']);
  await at('08:00');
  await say('1');
  app.clock.advance(60);
  expect(await say('me equivoqué, no la tomé')).toBe('Gracias. Registramos que no tomó su medicina de las 08:00.');
  expect(await states()).toEqual(['08:00 Ana skipped']);
  expect(await answers()).toEqual([
    { answer: 'taken', effect: 'applied' },
    { answer: 'skipped', effect: 'applied' },
  ]);
});

it('"luego" reminds again three times, and not a fourth', async () => {
  await ana(['08:00']);
  await at('08:00');
  for (const [i, time] of ['08:10', '08:20', '08:30'].entries()) {
    expect(await say('luego')).toBe('De acuerdo. Le recordaremos otra vez su medicina de las 08:00.');
    await at(time);
    expect(reminders()).toBe(i + 2);
  }
  expect(await say('luego')).toMatch(/^Ya no podemos recordarle mas tarde su medicina de las 08:00/);
  await at('08:40');
  await at('09:10');
  expect(reminders()).toBe(4);
  expect(await app.sql`SELECT snoozes, state FROM doses WHERE snoozes > 0`).toEqual([{ snoozes: 3, state: 'open' }]);
  expect(await say('ya la tomé')).toMatch(/como tomada/);
});

it('"luego" in the last minutes promises no further reminder', async () => {
  await ana(['08:00'], { ...SMS_FIRST, windowSeconds: 900 });
  await at('08:00');
  app.clock.advance(600);
  expect(await say('luego')).toBe('De acuerdo. Responda 1 cuando haya tomado su medicina de las 08:00.');
});

it('what nobody understands is asked once, then read by a person; it is no answer', async () => {
  await ana(['08:00']);
  await at('08:00');
  expect(await say('el perro del vecino')).toBe(
    'No entendimos su mensaje. Para su medicina de las 08:00 responda 1 si ya la tomo o 2 si no.',
  );
  expect(await cases()).toEqual([]);
  expect(await say('qwertz asdf')).toBe('Gracias por su mensaje. Una persona de su equipo de salud lo va a leer.');
  expect(await cases()).toEqual(['unclear_reply']);
  expect(await states()).toEqual(['08:00 Ana open']);
  expect(await say('1')).toMatch(/como tomada/);
});

it('an emergency calls a person at once, and changes no dose', async () => {
  await ana(['08:00']);
  await at('08:00');
  const reply = await say('me duele el pecho');
  expect(reply).toMatch(/^Si es una emergencia, llame ahora al servicio de emergencias/);
  expect(segmentsOf(reply ?? '')).toBe(1);
  expect(await cases()).toEqual(['urgent_reply']);
  expect(await states()).toEqual(['08:00 Ana open']);
});

it('"se me acabó" calls a person; the dose is not taken', async () => {
  await ana(['08:00']);
  await at('08:00');
  expect(await say('se me acabó')).toMatch(/^Gracias por avisarnos/);
  expect(await cases()).toEqual(['problem_reply']);
  expect(await states()).toEqual(['08:00 Ana open']);
});

it('a wrong number is told nothing, gets nothing more, and what it said is named to a person', async () => {
  await ana(['08:00', '12:00']);
  await at('08:00');
  await say('1');
  expect(await say('número equivocado')).toBe(
    'Disculpe la molestia. No le enviaremos mas recordatorios a este numero.',
  );
  expect(await cases()).toContain('wrong_person');
  expect(await app.sql`SELECT count(*)::int AS n FROM escalation_doses`).toEqual([{ n: 1 }]);
  const sent = reminders();
  await at('12:00');
  expect(reminders()).toBe(sent);
  expect(await say('1')).toBeNull();
});

it('thanks are answered politely once an hour, and are no case', async () => {
  await ana(['08:00']);
  await at('08:00');
  await say('1');
  expect(await say('gracias')).toBe('Gracias por escribirnos. Le avisaremos a la hora de su medicina.');
  expect(await say('muchas gracias')).toBeNull();
  app.clock.advance(3601);
  expect(await say('gracias')).not.toBeNull();
  expect(await cases()).toEqual([]);
});

it('two things said of two times are no answer for either', async () => {
  await ana(['08:00', '12:00']);
  await at('08:00');
  await at('12:00');
  await say('la de la mañana sí, la de mediodía no');
  const [wrong] = await app.sql`
    SELECT 1 FROM confirmations c JOIN doses d ON d.id = c.dose_id
    WHERE (c.answer = 'skipped' AND d.slot = ${8 * 3600}) OR (c.answer = 'taken' AND d.slot = ${12 * 3600})`;
  expect(wrong).toBeUndefined();
});
