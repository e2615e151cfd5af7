import {
  emptyTally,
  isTenantSilent,
  MOST_SINGLE,
  type Tally,
  type Verdict,
  verdictOfPatient,
} from '../escalation/silence.ts';
import type { Incident, TenantIncident } from '../store/incidents.ts';

/** Whose dose it was, and what it came to. */
export interface Judged {
  patient: { tenantId: string; patientId: string };
  verdict: Verdict;
}

/** What a look found: incidents to open or to add to, and those that are over. */
export interface Found {
  open: TenantIncident[];
  over: Incident[];
}

export const nameOf = ({ kind, subject }: Incident) => `${kind} ${subject}`;

/** The incidents that a silent dose may be part of. */
export const silencesOf = ({ patientId, tenantId }: Judged['patient']): Incident[] => [
  { kind: 'patient_silent', subject: patientId },
  { kind: 'tenant_silent', subject: tenantId },
];

/** Counts verdicts tenant by tenant and patient by patient, which come in this order: it holds one of each at a time. */
export class SilenceBook {
  readonly #known: ReadonlySet<string>;
  readonly #found: Found = { open: [], over: [] };
  #patient: { id: string; doses: Tally } | null = null;
  #tenant: { id: string; patients: Tally; silent: TenantIncident[] } | null = null;

  /** `known`: the incidents that are open. */
  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }

  enter({ patient: { tenantId, patientId }, verdict }: Judged): void {
    if (this.#patient?.id !== patientId) this.#endPatient();
    if (this.#tenant?.id !== tenantId) this.#endTenant();
    this.#tenant ??= { id: tenantId, patients: emptyTally(), silent: [] };
    this.#patient ??= { id: patientId, doses: emptyTally() };
    this.#patient.doses[verdict] += 1;
  }

  close(): Found {
    this.#endPatient();
    this.#endTenant();
    return this.#found;
  }

  #endPatient(): void {
    const [patient, tenant] = [this.#patient, this.#tenant];
    this.#patient = null;
    if (patient === null || tenant === null) return;
    const verdict = verdictOfPatient(patient.doses);
    tenant.patients[verdict] += 1;
    const incident = { kind: 'patient_silent', subject: patient.id } as const;
    if (verdict === 'heard' && this.#known.has(nameOf(incident))) this.#found.over.push(incident);
    if (verdict === 'silent' && tenant.silent.length < MOST_SINGLE)
      tenant.silent.push({ ...incident, tenantId: tenant.id, affected: patient.doses.silent });
  }

  #endTenant(): void {
    const tenant = this.#tenant;
    this.#tenant = null;
    if (tenant === null) return;
    const incident = { kind: 'tenant_silent', subject: tenant.id } as const;
    const isOpen = this.#known.has(nameOf(incident));
    const { silent, refused } = tenant.patients;
    if (isTenantSilent(tenant.patients, isOpen)) {
      if (silent + refused > 0) this.#found.open.push({ ...incident, tenantId: tenant.id, affected: silent + refused });
      return;
    }
    this.#found.open.push(...tenant.silent);
    if (isOpen) this.#found.over.push(incident);
  }
}
