import type { AttemptPurpose, AttemptState, ChannelName } from '../domain/attempt.ts';
import type { Answer, AnswerRoad, DoseState } from '../domain/dose.ts';
import type { EscalationState } from '../domain/escalation.ts';
import { timeOf } from '../domain/ids.ts';
import type { Cipher } from './cipher.ts';
import type { Sql } from './pool.ts';

/** A dose as the tenant sees it. `localDate` and `slot` (seconds of the local day) are in `zone`. */
export interface DoseRow {
  id: string;
  tenantId: string;
  patient: string;
  prescriptionId: string;
  prescriptionVersion: number;
  localDate: string;
  slot: number;
  zone: string;
  locale: string;
  tzVersion: string;
  timePolicy: 'gap_before_overlap_first' | 'elapsed';
  dueAt: Date;
  windowEndsAt: Date;
  critical: boolean;
  state: DoseState;
  reason: string | null;
  late: boolean;
  rung: number;
  nextActionAt: Date | null;
  openedAt: Date | null;
  resolvedAt: Date | null;
  missedAt: Date | null;
  takenAt: Date | null;
}

/** A prescription's doses in order of their due time (their ids carry it), after the dose `after`. */
export async function listDoses(
  sql: Sql,
  want: { patientId: string; prescriptionId: string; state: DoseState | null; after: string | null; limit: number },
): Promise<DoseRow[]> {
  const state = want.state === null ? sql`` : sql`AND d.state = ${want.state}`;
  const after = want.after === null ? sql`` : sql`AND (d.due_at, d.id) > (${timeOf(want.after)}, ${want.after})`;
  return select(
    sql,
    sql`d.patient_id = ${want.patientId} AND d.prescription_id = ${want.prescriptionId} ${state} ${after}
        ORDER BY d.due_at, d.id LIMIT ${want.limit}`,
  );
}

/** One dose by its id alone; the due time in the id names the partitions it can be in. */
export async function readDose(sql: Sql, id: string): Promise<DoseRow | null> {
  const day = timeOf(id).toISOString().slice(0, 10);
  const [row] = await select(sql, sql`d.id = ${id} AND d.local_date BETWEEN ${day}::date - 1 AND ${day}::date + 1`);
  return row ?? null;
}

function select(sql: Sql, where: ReturnType<Sql>): Promise<DoseRow[]> {
  return sql<DoseRow[]>`
    SELECT d.id, d.tenant_id AS "tenantId", t.external_id AS patient, d.prescription_id AS "prescriptionId",
           d.prescription_version AS "prescriptionVersion", d.local_date AS "localDate", d.slot, d.zone, t.locale,
           d.tz_version AS "tzVersion", d.time_policy AS "timePolicy", d.due_at AS "dueAt", d.window_ends_at AS "windowEndsAt", d.critical, d.state,
           d.reason, d.late, d.rung, d.next_action_at AS "nextActionAt", d.opened_at AS "openedAt",
           d.resolved_at AS "resolvedAt", d.missed_at AS "missedAt", d.taken_at AS "takenAt"
    FROM doses d JOIN patients t ON t.id = d.patient_id
    WHERE ${where}`;
}

/** One message about the dose; never the address it went to. */
export interface TraceAttempt {
  id: string;
  purpose: AttemptPurpose;
  rung: number;
  channel: ChannelName;
  state: AttemptState;
  code: string | null;
  tries: number;
  createdAt: Date;
  dueAt: Date;
  expiresAt: Date;
  acceptedAt: Date | null;
  deliveredAt: Date | null;
  endedAt: Date | null;
}

export interface TraceAnswer {
  id: string;
  answer: Answer;
  road: AnswerRoad;
  reason: string | null;
  takenAt: Date | null;
  reportedAt: Date;
  late: boolean;
  effect: 'applied' | 'repeated' | 'refused';
}

export interface DoseTrace {
  attempts: TraceAttempt[];
  answers: TraceAnswer[];
  escalations: { id: string; kind: string; state: EscalationState; openedAt: Date }[];
}

/** All that happened around a dose, each list in order of time. */
export async function readTrace(sql: Sql, cipher: Cipher, dose: { id: string; localDate: string }): Promise<DoseTrace> {
  const [attempts, answers, escalations] = await Promise.all([
    sql<TraceAttempt[]>`
      SELECT id, purpose, rung, channel, state, code, tries, created_at AS "createdAt", due_at AS "dueAt",
             expires_at AS "expiresAt", accepted_at AS "acceptedAt", delivered_at AS "deliveredAt", ended_at AS "endedAt"
      FROM attempts WHERE dose_id = ${dose.id} AND day >= ${dose.localDate}::date - 2 ORDER BY id`,
    sql<(Omit<TraceAnswer, 'reason'> & { reason: Uint8Array | null })[]>`
      SELECT id, answer, road, reason, taken_at AS "takenAt", reported_at AS "reportedAt", late, effect
      FROM confirmations WHERE dose_id = ${dose.id} ORDER BY reported_at, id`,
    sql<DoseTrace['escalations']>`
      SELECT e.id, e.kind, e.state, e.opened_at AS "openedAt"
      FROM escalation_doses ed JOIN escalations e ON e.id = ed.escalation_id
      WHERE ed.dose_id = ${dose.id} ORDER BY e.id`,
  ]);
  return {
    attempts,
    answers: answers.map((row) => ({ ...row, reason: row.reason === null ? null : cipher.open(row.reason) })),
    escalations,
  };
}
