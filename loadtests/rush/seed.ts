import type { App } from '#src/app.ts';
import { planDoses } from '#src/dispatch/plan.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { completePolicy } from '#src/domain/policy.ts';
import type { Regimen } from '#src/domain/prescription.ts';
import { createTenant } from '#src/store/tenants.ts';

export const ZONE = 'America/Lima';

/** A tenant and its synthetic patients. */
interface Cohort {
  tenantId: string;
  apiKey: string;
  patientIds: string[];
}

const ROWS = 1000;
const PLANNED_AT_ONCE = 500;

/**
 * Stores a tenant with `count` synthetic patients, each with a name, device token, phone and e-mail, encrypted as in
 * production; in bulk, because the API takes two requests for each.
 */
export async function seedPatients(app: App, name: string, count: number): Promise<Cohort> {
  const now = app.clock.now();
  const { tenantId, apiKey } = await createTenant(app.sql, name, now);
  const patientIds: string[] = [];
  for (let from = 0; from < count; from += ROWS) {
    const numbers = Array.from({ length: Math.min(ROWS, count - from) }, (_, i) => from + i);
    const patients = numbers.map((n) => ({
      id: uuidv7(now),
      tenant_id: tenantId,
      external_id: externalId(n),
      name: app.cipher.seal(`Paciente Sintético ${n}`),
      locale: 'es-PE',
      zone: ZONE,
      consent: app.sql.json({ reminders: true }),
      created_at: now,
      updated_at: now,
    }));
    const contacts = patients.flatMap(({ id }, i) =>
      contactsOf(numbers[i] as number).map(({ kind, value }, position) => ({
        id: uuidv7(now),
        tenant_id: tenantId,
        patient_id: id,
        owner: 'patient',
        kind,
        value: app.cipher.seal(value),
        lookup: app.cipher.lookup(value),
        position,
        created_at: now,
      })),
    );
    await app.sql`INSERT INTO patients ${app.sql(patients)}`;
    await app.sql`INSERT INTO contact_points ${app.sql(contacts)}`;
    patientIds.push(...patients.map(({ id }) => id));
  }
  return { tenantId, apiKey, patientIds };
}

/** The tenant's own id of its nth patient, from 0. */
export function externalId(n: number): string {
  return `MRN-${n}`;
}

/** As long as real ones: a device token has about 160 characters. */
function contactsOf(n: number): { kind: string; value: string }[] {
  return [
    { kind: 'push', value: deviceToken(n) },
    { kind: 'phone', value: `+519${String(n).padStart(8, '0')}` },
    { kind: 'email', value: `paciente.sintetico.${n}@example.org` },
  ];
}

/** The device token of the nth patient. */
export function deviceToken(n: number): string {
  return `sim-token-${n}:${'a'.repeat(140)}`;
}

/**
 * Gives every patient of the cohort one prescription with the default policy, and plans its doses from `from` to the
 * horizon by the same code as the service. Returns how many doses there are now.
 */
export async function prescribe(app: App, cohort: Cohort, regimen: Regimen, from: Date): Promise<number> {
  const now = app.clock.now();
  const policy = completePolicy({});
  let planned = 0;
  for (let i = 0; i < cohort.patientIds.length; i += PLANNED_AT_ONCE) {
    const prescriptions = cohort.patientIds.slice(i, i + PLANNED_AT_ONCE).map((patientId) => ({
      id: uuidv7(now),
      tenant_id: cohort.tenantId,
      patient_id: patientId,
      medication: app.cipher.seal('Metformina 850 mg'),
      instructions: app.cipher.seal('Una tableta con el desayuno'),
      regimen: app.sql.json({ ...regimen }),
      policy: app.sql.json({ ...policy, ladder: policy.ladder.map((rung) => ({ ...rung })) }),
      planned_to: from,
      created_at: now,
      updated_at: now,
    }));
    planned += await app.sql.begin(async (tx) => {
      await tx`INSERT INTO prescriptions ${tx(prescriptions)}`;
      return planDoses(
        app,
        tx,
        prescriptions.map(({ id }) => id),
      );
    });
  }
  return planned;
}
