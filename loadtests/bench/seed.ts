import { eachOf } from '#loadtests/story/clients.ts';
import type { App } from '#src/app.ts';
import { planDoses } from '#src/dispatch/plan.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { completePolicy, type Policy } from '#src/domain/policy.ts';
import type { Regimen } from '#src/domain/prescription.ts';
import { createTenant } from '#src/store/tenants.ts';
import { copyRows } from './copy.ts';

export const ZONE = 'America/Lima';

/** A tenant and its synthetic patients. */
export interface Cohort {
  tenantId: string;
  apiKey: string;
  patientIds: string[];
}

/** Prescriptions stored and planned in one transaction, and how many of those run at once. */
const PLANNED_AT_ONCE = 500;
const LANES = 2;

const PATIENT = ['id', 'tenant_id', 'external_id', 'name', 'locale', 'zone', 'consent', 'created_at', 'updated_at'];
const CONTACT = ['id', 'tenant_id', 'patient_id', 'owner', 'kind', 'value', 'lookup', 'position', 'created_at'];
const PRESCRIPTION = [
  'id',
  'tenant_id',
  'patient_id',
  'medication',
  'instructions',
  'regimen',
  'policy',
  'planned_to',
  'created_at',
  'updated_at',
];

/**
 * Stores a tenant with `count` synthetic patients, each with a name, device token, phone and e-mail, encrypted as in
 * production; in bulk, because the API takes two requests for each.
 */
export async function seedPatients(app: App, name: string, count: number): Promise<Cohort> {
  const now = app.clock.now();
  const { tenantId, apiKey } = await createTenant(app.sql, name, now);
  const patientIds = Array.from({ length: count }, () => uuidv7(now));
  const { seal, lookup } = app.cipher;
  const consent = JSON.stringify({ reminders: true });
  await copyRows(app.sql, 'patients', PATIENT, patients());
  await copyRows(app.sql, 'contact_points', CONTACT, contacts());
  return { tenantId, apiKey, patientIds };

  function* patients() {
    for (const [n, id] of patientIds.entries()) {
      yield [id, tenantId, externalId(n), seal(`Paciente Sintético ${n}`), 'es-PE', ZONE, consent, now, now];
    }
  }

  function* contacts() {
    for (const [n, id] of patientIds.entries()) {
      for (const [position, kind] of CONTACT_KINDS.entries()) {
        const value = contactOf(n, kind);
        yield [uuidv7(now), tenantId, id, 'patient', kind, seal(value), lookup(value), position, now];
      }
    }
  }
}

/** The tenant's own id of its nth patient, from 0. */
export function externalId(n: number): string {
  return `MRN-${n}`;
}

const CONTACT_KINDS = ['push', 'phone', 'email'] as const;

/** The nth patient's contact of a kind; as long as real ones: a device token has about 160 characters. */
export function contactOf(n: number, kind: (typeof CONTACT_KINDS)[number]): string {
  if (kind === 'push') return `sim-token-${n}:${'a'.repeat(140)}`;
  if (kind === 'phone') return `+519${String(n).padStart(8, '0')}`;
  return `paciente.sintetico.${n}@example.org`;
}

/**
 * Gives every patient of the cohort one prescription with the policy of the patient's number (the default one unless told),
 * and plans its doses from `from` to the horizon by the same code as the service. Returns how many doses are new.
 */
export async function prescribe(
  app: App,
  { tenantId, patientIds }: Cohort,
  regimen: Regimen,
  from: Date,
  policyOf: (n: number) => Partial<Policy> = () => ({}),
): Promise<number> {
  const now = app.clock.now();
  const { seal } = app.cipher;
  const regimenText = JSON.stringify(regimen);
  const starts = Array.from({ length: Math.ceil(patientIds.length / PLANNED_AT_ONCE) }, (_, i) => i * PLANNED_AT_ONCE);
  let planned = 0;
  await eachOf(starts, LANES, async (start) => {
    const prescriptions = patientIds
      .slice(start, start + PLANNED_AT_ONCE)
      .map((patientId, i) => [
        uuidv7(now),
        tenantId,
        patientId,
        seal('Metformina 850 mg'),
        seal('Una tableta con el desayuno'),
        regimenText,
        JSON.stringify(completePolicy(policyOf(start + i))),
        from,
        now,
        now,
      ]);
    const ids = prescriptions.map(([id]) => id as string);
    const inserted = await app.sql.begin(async (tx) => {
      await copyRows(tx, 'prescriptions', PRESCRIPTION, prescriptions);
      return planDoses(app, tx, ids);
    });
    planned += inserted;
  });
  return planned;
}
