import { beforeEach, describe, expect, it } from 'vitest';
import { forgetWords } from '#src/texts/own.ts';
import { conversationBench, PHONE } from '../helpers/conversation.ts';
import { seedPatient, seedPrescription } from '../helpers/dispatcher.ts';
import { clear } from '../helpers/drive.ts';

const { app, at, say, states } = await conversationBench();
const TO_CARER = { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'caregiver' } as const] };

beforeEach(async () => {
  await clear(app);
  await app.sql`UPDATE tenants SET conversation = '{}'`;
  forgetWords(app, app.tenantId);
  app.clock.set('2026-11-23T12:00:00Z');
});

/** Patients whose reminders go to one person's phone, at these times. */
async function inCareOf(names: string[], times = ['08:00']) {
  for (const name of names) {
    const caregivers = [{ name: 'Rosa', contacts: [{ kind: 'phone' as const, value: PHONE }] }];
    const patient = await seedPatient(app, { name, contacts: [], caregivers });
    await seedPrescription(app, patient, { times, policy: TO_CARER });
  }
}

describe('a mother with two children', () => {
  beforeEach(() => inCareOf(['Juan Quispe', 'Luisa Quispe']));

  it('is asked whose it was, by initials', async () => {
    await at('08:00');
    expect(await say('ya')).toBe(
      'Responda con el numero. ¿Quien la tomo? 1 J. Mañana 08:00, 2 L. Mañana 08:00, 9 todas',
    );
    expect(await say('2')).toBe('Gracias. Registramos su medicina de las 08:00 como tomada.');
    expect(await states()).toEqual(['08:00 Juan open', '08:00 Luisa taken']);
    // One is left: no question.
    await say('no la tomé');
    expect(await states()).toEqual(['08:00 Juan skipped', '08:00 Luisa taken']);
  });

  it('keeps the message of nobody in particular at no patient, and the answer at the right one', async () => {
    await at('08:00');
    await say('ya');
    await say('1');
    const rows = await app.sql`
      SELECT m.intent, m.tenant_id = ${app.tenantId} AS ours, p.name FROM inbound_messages m
      LEFT JOIN patients p ON p.id = m.patient_id ORDER BY m.intent`;
    expect(rows.map(({ intent, ours, name }) => [intent, ours, name === null ? null : app.cipher.open(name)])).toEqual([
      ['choice', true, 'Juan Quispe'],
      ['taken', true, null],
    ]);
  });
});

it('a client with three pets is asked by their names, where the clinic wants that', async () => {
  await app.sql`UPDATE tenants SET conversation = ${app.sql.json({ detail: { names: true } })}`;
  await inCareOf(['Firulais', 'Michi', 'Ñusta']);
  await at('08:00');
  expect(await say('listo')).toMatch(/1 Firulais Mañana 08:00, 2 Michi Mañana 08:00, 3 Nusta Mañana 08:00, 9 todas$/);
  await say('1 y 3');
  expect(await states()).toEqual(['08:00 Firulais taken', '08:00 Michi open', '08:00 Ñusta taken']);
});

it('two who cannot be told apart are not guessed: the link is', async () => {
  await inCareOf(['Juan Quispe', 'Juan Mamani']);
  await at('08:00');
  expect(await say('ya')).toMatch(/^Tiene mas de una medicina por confirmar. Abra el enlace/);
  expect(await states()).toEqual(['08:00 Juan open', '08:00 Juan open']);
});
