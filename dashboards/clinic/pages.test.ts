import { beforeAll, expect, test } from 'vitest';
import { recordAck } from '#src/ack/record.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { insertAttempts } from '#src/store/attempts.ts';
import { missedDose, type TestClinic, testClinic } from './testing.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await testClinic();
});

/** One message about a dose, ended as told. */
async function attempt(
  { doseId, patientId }: { doseId: string; patientId: string },
  given: { channel: 'push' | 'sms'; state: 'accepted' | 'failed'; code: string | null; at: string },
) {
  const { sql } = clinic.app;
  const at = new Date(given.at);
  const id = uuidv7(at);
  const base = { id, tenantId: clinic.tenantId, patientId, doseId, localDate: '2026-11-23', escalationId: null };
  const rest = { purpose: 'reminder', rung: 0, contactPointId: null, chunkId: null, dueAt: at, expiresAt: at } as const;
  await insertAttempts(sql, [{ ...base, ...rest, channel: given.channel, code: null }], at);
  const accepted = given.state === 'accepted' ? at : null;
  const ended = given.state === 'failed' ? at : null;
  await sql`
    UPDATE attempts SET state = ${given.state}, code = ${given.code}, accepted_at = ${accepted}, ended_at = ${ended}
    WHERE id = ${id}`;
}

test('a case tells what became of every message and answer, in words and in local time', async () => {
  const missed = await missedDose(clinic, { externalId: 'trace', name: 'Ana Quispe' });
  await attempt(missed, { channel: 'push', state: 'failed', code: 'UNREGISTERED', at: '2026-11-23T13:00:01Z' });
  await attempt(missed, { channel: 'sms', state: 'accepted', code: null, at: '2026-11-23T13:00:03Z' });
  await attempt(missed, { channel: 'sms', state: 'failed', code: '99999', at: '2026-11-23T13:00:05Z' });
  const { doseId } = missed;
  await recordAck(clinic.app, { doseId, answer: 'snoozed', road: 'api' });
  clinic.app.clock.advance(1);
  await recordAck(clinic.app, { doseId, answer: 'skipped', road: 'link', reason: 'me sentía mal' });
  const { body } = await clinic.get(`/clinic/cases/${missed.caseId}`);
  const rows = [...body.matchAll(/<tr><td>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    row.replaceAll(/<[^>]*>/g, '|').replaceAll(/[|\s]*\|[|\s]*/g, '|'),
  );
  expect(rows).toEqual([
    '08:00:01|Aplicación|Paciente|Falló|La aplicación ya no está instalada|',
    '08:00:03|SMS|Paciente|Enviado|',
    '08:00:05|SMS|Paciente|Falló|Código del proveedor: 99999|',
    '09:01:00|Pidió más tiempo, por otro sistema|fuera de plazo|',
    '09:01:01|Respondió: no tomada, por el enlace|fuera de plazo: me sentía mal|',
  ]);
  expect(body).toContain('lun 23 nov, 08:00 <span class="state skipped">No tomada</span>');
});

test('a case of many doses shows the newest, and says how many it leaves out', async () => {
  const { caseId } = await missedDose(clinic, { externalId: 'many' });
  await clinic.app.sql`
    INSERT INTO escalation_doses (escalation_id, dose_id, local_date)
    SELECT ${caseId}, ('019aa000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '2026-11-20' FROM generate_series(1, 20) n`;
  const { body } = await clinic.get(`/clinic/cases/${caseId}`);
  expect(body).toContain('21 dosis sin confirmar');
  expect(body).toContain('Hay 20 dosis anteriores en este caso');
});

test("a patient's page: each dose by day and time in words, and adherence with its denominator", async () => {
  const { patientId, prescriptionId } = await missedDose(clinic, {
    externalId: 'grid',
    name: 'Luis Mamani',
    medication: 'Metformina 850 mg',
  });
  const { sql } = clinic.app;
  const [model] = await sql`SELECT * FROM doses WHERE prescription_id = ${prescriptionId} AND state = 'missed'`;
  const past: [day: number, hour: number, state: string, late: boolean][] = [
    [20, 8, 'taken', false],
    [20, 20, 'taken', true],
    [21, 8, 'skipped', false],
    [21, 20, 'undelivered', false],
    [22, 8, 'cancelled', false],
  ];
  for (const [day, hour, state, late] of past) {
    const due = new Date(Date.UTC(2026, 10, day, hour + 5));
    await sql`INSERT INTO doses ${sql({
      ...(model as Record<string, unknown>),
      id: uuidv7(due),
      local_date: `2026-11-${day}`,
      slot: hour * 3600,
      due_at: due,
      window_ends_at: new Date(due.getTime() + 3_600_000),
      state,
      late,
      reason: 'changed',
      taken_at: state === 'taken' ? due : null,
    })}`;
  }
  const { body } = await clinic.get(`/clinic/patients/${patientId}`);
  const table = body.slice(body.indexOf('<table class="grid">'), body.indexOf('</table>'));
  const rows = [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, text]) => text),
  );
  expect(rows).toEqual([
    ['Día', '08:00', '20:00'],
    ['lun 23 nov', 'Sin respuesta', 'Por venir'],
    ['dom 22 nov', 'Cancelada', ''],
    ['sáb 21 nov', 'No tomada', 'Sin poder avisar'],
    ['vie 20 nov', 'Tomada', 'Tomada tarde'],
  ]);
  for (const text of [
    'Metformina 850 mg',
    '2 de 5 (40 %)', // taken
    '1 de 5 (20 %)', // in time; undelivered
    '3 de 5 (60 %)', // answered
    'entre 40 % y 80 %',
    '33 % de los días',
    'Sobre 5 dosis esperadas',
    '1 con el plazo abierto, 1 excluidas o canceladas',
  ]) {
    expect(body.replaceAll(/[\u00a0\u202f]/g, ' ')).toContain(text);
  }
});

test('a patient without a closed dose has no rate at all', async () => {
  const { patientId } = await missedDose(clinic, { externalId: 'none' });
  await clinic.app.sql`DELETE FROM doses WHERE patient_id = ${patientId} AND state = 'missed'`;
  const { body } = await clinic.get(`/clinic/patients/${patientId}`);
  expect(body).toContain('todavía no hay nada que medir');
  expect(body).not.toContain('%');
});
