import { beforeAll, describe, expect, test } from 'vitest';
import { acknowledgeEscalation, readEscalation } from '#src/store/escalations.ts';
import { closeIncident, growIncidents } from '#src/store/incidents.ts';
import { createTenant } from '#src/store/tenants.ts';
import { missedDose, type TestClinic, testClinic } from './testing.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await testClinic();
});

const stateOf = async (id: string) => {
  const found = await readEscalation(clinic.app.sql, clinic.app.cipher, { tenantId: clinic.tenantId, id });
  return { state: found?.state, acknowledgedBy: found?.acknowledgedBy, resolution: found?.resolution };
};

describe('the list', () => {
  test('warns while patients get no reminders though they should, and of none of another tenant', async () => {
    const { sql, clock } = clinic.app;
    const other = await createTenant(sql, 'Otro hospital', clock.now());
    const silent = (tenantId: string) =>
      growIncidents(sql, [{ kind: 'tenant_silent', subject: tenantId, tenantId, affected: 12 }], clock.now());
    await silent(other.tenantId);
    expect((await clinic.get('/clinic/cases')).body).not.toContain('No salieron');
    await silent(clinic.tenantId);
    const { body } = await clinic.get('/clinic/fragments/cases');
    expect(body).toContain('<p class="notice" role="alert">No salieron los recordatorios de 12 pacientes.');
    await closeIncident(sql, { kind: 'tenant_silent', subject: clinic.tenantId }, clock.now());
    expect((await clinic.get('/clinic/fragments/cases')).body).not.toContain('No salieron');
  });

  test("warns while the tenant's own systems are no longer told", async () => {
    const { sql, clock } = clinic.app;
    const disabled = { kind: 'callbacks_disabled', subject: 'an endpoint' } as const;
    const page = async () => (await clinic.get('/clinic/fragments/cases')).body;
    expect(await page()).not.toContain('callbacks');
    await growIncidents(sql, [{ ...disabled, tenantId: clinic.tenantId, affected: 0 }], clock.now());
    expect(await page()).toContain('<p class="notice" role="alert">Sus propios sistemas ya no reciben');
    await closeIncident(sql, disabled, clock.now());
    expect(await page()).not.toContain('callbacks');
  });

  test('says so when nothing is open', async () => {
    const empty = await createTenant(clinic.app.sql, 'Sin casos', clinic.app.clock.now());
    const signedIn = await clinic.post('/clinic/sign-in', { key: empty.apiKey, by: 'x' });
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] as string;
    expect((await clinic.get('/clinic/cases', { cookie })).body).toContain('No hay casos abiertos.');
  });

  test("shows who, what, why, since when in the patient's local time, and how many doses", async () => {
    const { caseId } = await missedDose(clinic, {
      externalId: 'list-1',
      name: 'Ana Quispe',
      medication: 'Insulina 10 UI',
    });
    const { body } = await clinic.get('/clinic/cases');
    const card = cardOf(body, caseId);
    for (const text of [
      'Ana Quispe',
      'Insulina 10 UI',
      'Dosis crítica sin confirmar',
      'lun 23 nov, 09:00',
      '(Lima)',
      '1 dosis sin confirmar',
      'hace 1 minuto',
    ]) {
      expect(card).toContain(text);
    }
    expect(body).toContain('<noscript><meta http-equiv="refresh"');
    expect(cardOf((await clinic.get('/clinic/cases', { 'accept-language': 'en' })).body, caseId)).toContain(
      'Critical dose unconfirmed',
    );
  });

  test('is headed by critical cases nobody attends to, and shows the external id where there is no name', async () => {
    const routine = await missedDose(clinic, { externalId: 'list-routine', kind: 'missed_streak', critical: false });
    const critical = await missedDose(clinic, { externalId: 'list-critical' });
    const taken = await missedDose(clinic, { externalId: 'list-taken' });
    await clinic.post(`/clinic/cases/${taken.caseId}/acknowledge`);
    const { body } = await clinic.get('/clinic/cases');
    const order = [critical, routine, taken].map(({ caseId }) => body.indexOf(`id="case-${caseId}"`));
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(cardOf(body, routine.caseId)).toContain('list-routine');
    expect(cardOf(body, taken.caseId)).toContain('Lo atiende Dra. Rojas desde lun 23 nov, 09:01');
    expect(cardOf(body, taken.caseId)).not.toContain('/acknowledge');
  });

  test('the fragment is the same list without the page', async () => {
    const fragment = (await clinic.get('/clinic/fragments/cases')).body;
    expect(fragment).not.toContain('<html');
    expect((await clinic.get('/clinic/cases')).body).toContain(fragment);
  });

  test('hostile names and drugs are text', async () => {
    const name = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`;
    const { caseId, patientId } = await missedDose(clinic, { externalId: 'hostile', name, medication: name });
    for (const url of [
      '/clinic/cases',
      '/clinic/fragments/cases',
      `/clinic/cases/${caseId}`,
      `/clinic/patients/${patientId}`,
    ]) {
      const { statusCode, body } = await clinic.get(url);
      expect(statusCode).toBe(200);
      expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img');
      expect(body).not.toMatch(/<script>|<img/);
    }
  });
});

/** The markup of one case in the list. */
function cardOf(body: string, caseId: string): string {
  const from = body.indexOf(`aria-labelledby="case-${caseId}"`);
  return from < 0 ? '' : body.slice(from, body.indexOf('</article>', from));
}

describe('attending to a case', () => {
  test('notes who does; a second time says that it was attended to already', async () => {
    const { caseId } = await missedDose(clinic, { externalId: 'ack-1' });
    const first = await clinic.post(`/clinic/cases/${caseId}/acknowledge`, { from: 'list' });
    expect([first.statusCode, first.headers.location]).toEqual([303, '/clinic/cases']);
    const second = await clinic.post(`/clinic/cases/${caseId}/acknowledge`);
    expect(second.statusCode).toBe(409);
    expect(second.body).toContain('role="alert">Alguien ya atendía este caso');
    expect(second.body).toContain('Lo atiende Dra. Rojas');
    expect(await stateOf(caseId)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Dra. Rojas' });
  });

  test('somebody else got there first: the name stays theirs', async () => {
    const { caseId } = await missedDose(clinic, { externalId: 'ack-2' });
    const { app, tenantId } = clinic;
    await acknowledgeEscalation(app.sql, app.cipher, { tenantId, id: caseId, by: 'Dr. Primero', now: app.clock.now() });
    const response = await clinic.post(`/clinic/cases/${caseId}/acknowledge`);
    expect(response.statusCode).toBe(409);
    expect(response.body).toContain('Lo atiende Dr. Primero');
  });

  test('a button on the page of the case leads back to it', async () => {
    const { caseId } = await missedDose(clinic, { externalId: 'ack-3' });
    const response = await clinic.post(`/clinic/cases/${caseId}/acknowledge`, { from: 'case' });
    expect(response.headers.location).toBe(`/clinic/cases/${caseId}`);
  });
});

describe('resolving a case', () => {
  test('takes it off the list and keeps how it ended', async () => {
    const { caseId } = await missedDose(clinic, { externalId: 'res-1' });
    const response = await clinic.post(`/clinic/cases/${caseId}/resolve`, { resolution: 'spoke_with_patient' });
    expect([response.statusCode, response.headers.location]).toEqual([303, '/clinic/cases']);
    expect(await stateOf(caseId)).toEqual({
      state: 'resolved',
      acknowledgedBy: 'Dra. Rojas',
      resolution: 'spoke_with_patient',
    });
    expect((await clinic.get('/clinic/cases')).body).not.toContain(caseId);
    expect((await clinic.get(`/clinic/cases/${caseId}`)).body).toContain('por Dra. Rojas: Se habló con el paciente');
    const again = await clinic.post(`/clinic/cases/${caseId}/resolve`, { resolution: 'could_not_reach' });
    expect(again.statusCode).toBe(409);
    expect(again.body).toContain('Este caso ya estaba resuelto');
    expect((await stateOf(caseId)).resolution).toBe('spoke_with_patient');
  });

  test.each([
    ['nothing', {}],
    ['free text', { resolution: 'Hablé con Ana, diabetes' }],
    ['a code of no list', { resolution: 'constructor' }],
  ])('%s chosen is refused, and nothing changes', async (name, form) => {
    const { caseId } = await missedDose(clinic, { externalId: `res-${name}` });
    const response = await clinic.post(`/clinic/cases/${caseId}/resolve`, form as Record<string, string>);
    expect(response.statusCode).toBe(422);
    expect(response.body).toContain('Elija cómo terminó el caso');
    expect((await stateOf(caseId)).state).toBe('open');
  });

  test('a case that closed by itself says that the patient answered late', async () => {
    const { caseId } = await missedDose(clinic, { externalId: 'res-late' });
    const { app } = clinic;
    await app.sql`UPDATE escalations SET state = 'resolved', resolved_at = ${app.clock.now()}, resolution = 'answered late' WHERE id = ${caseId}`;
    expect((await clinic.get(`/clinic/cases/${caseId}`)).body).toContain(
      'Resuelto lun 23 nov, 09:01: el paciente respondió tarde',
    );
  });
});

describe("what is another tenant's, or nobody's", () => {
  test('is not found, and does not change', async () => {
    const { app } = clinic;
    const other = await createTenant(app.sql, 'Hospital Dos', app.clock.now());
    const theirs = await missedDose(
      { app, tenantId: other.tenantId },
      { externalId: 'theirs', name: 'Paciente Ajeno' },
    );
    expect((await clinic.get('/clinic/cases')).body).not.toContain('Paciente Ajeno');
    for (const id of [
      theirs.caseId,
      '019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4',
      'not-an-id',
      '%00',
      `${theirs.caseId}'--`,
    ]) {
      const responses = await Promise.all([
        clinic.get(`/clinic/cases/${id}`),
        clinic.get(`/clinic/patients/${id === theirs.caseId ? theirs.patientId : id}`),
        clinic.post(`/clinic/cases/${id}/acknowledge`),
        clinic.post(`/clinic/cases/${id}/resolve`, { resolution: 'no_action_needed' }),
      ]);
      const expected = id === '%00' ? 422 : 404;
      expect(responses.map((each) => each.statusCode)).toEqual(Array(4).fill(expected));
      for (const { body } of responses) expect(body).not.toContain('Paciente Ajeno');
    }
    const [row] = await app.sql`SELECT state FROM escalations WHERE id = ${theirs.caseId}`;
    expect(row?.state).toBe('open');
  });
});
