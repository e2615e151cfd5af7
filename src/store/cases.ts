import type { ContactKind } from '../domain/attempt.ts';
import { type EscalationKind, MISS_KINDS, type MissKind, type ReplyKind } from '../domain/escalation.ts';
import { uuidv7 } from '../domain/ids.ts';
import { caseCallbacks } from './callbacks.ts';
import { column, type Sql } from './pool.ts';

/** A dose that calls for a clinician. */
interface MissTrigger {
  tenantId: string;
  patientId: string;
  prescriptionId: string;
  doseId: string;
  localDate: string;
  kind: MissKind;
}

/** What somebody wrote, or that nobody can be reached any more, where that calls for a person. Of no dose, where none is meant. */
interface ReplyTrigger {
  tenantId: string;
  patientId: string;
  prescriptionId: string | null;
  doseId: string | null;
  localDate: string | null;
  kind: ReplyKind;
}

/** How pressing each kind of case is: somebody with much to do looks at the lowest first. */
const URGENCY: Record<EscalationKind, number> = {
  urgent_reply: 1,
  problem_reply: 2,
  missed_critical: 3,
  undelivered_critical: 3,
  unreachable: 4,
  wrong_person: 5,
  unclear_reply: 5,
  missed_streak: 6,
};

/** How pressing a case `e` is, to be ordered by. */
export function urgency(sql: Sql) {
  const [kinds, places] = [Object.keys(URGENCY), Object.values(URGENCY)];
  return sql`(${places}::int[])[array_position(${kinds}::text[], e.kind)]`;
}

/**
 * Opens a case per patient + prescription + kind, or appends the dose to the open one. Returns the case's id. An emergency written
 * to a case that is attended to already is a case of its own: whoever attends was told of the first one only.
 */
export async function openCase(sql: Sql, trigger: MissTrigger | ReplyTrigger, now: Date): Promise<string> {
  const { tenantId, patientId, prescriptionId, doseId, localDate, kind } = trigger;
  if (kind === 'urgent_reply') {
    await resolveWhere(
      sql,
      sql`patient_id = ${patientId} AND prescription_id IS NOT DISTINCT FROM ${prescriptionId} AND kind = ${kind}
          AND state = 'acknowledged'`,
      { resolution: 'wrote_again', now },
    );
  }
  const [row] = await sql<{ id: string }[]>`
    WITH opened AS (
      INSERT INTO escalations (id, tenant_id, patient_id, prescription_id, kind, opened_at)
      VALUES (${uuidv7(now)}, ${tenantId}, ${patientId}, ${prescriptionId}, ${kind}, ${now})
      ON CONFLICT (patient_id, prescription_id, kind) WHERE state <> 'resolved' DO UPDATE SET kind = EXCLUDED.kind
      RETURNING *, xmax = 0 AS is_new),
    appended AS (
      INSERT INTO escalation_doses (escalation_id, dose_id, local_date)
      SELECT id, ${doseId}::uuid, ${localDate}::date FROM opened WHERE ${doseId}::uuid IS NOT NULL ON CONFLICT DO NOTHING),
    changed AS (SELECT * FROM opened WHERE is_new),
    told AS (${caseCallbacks(sql, 'escalation.opened')})
    SELECT id FROM opened`;
  return (row as { id: string }).id;
}

/** Which of these prescriptions have their newest `length` closed doses all missed. Reads no further back than that. */
export async function missedStreaks(
  sql: Sql,
  asked: { prescriptionId: string; length: number }[],
): Promise<Set<string>> {
  if (asked.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`
    SELECT v.id
    FROM unnest(${column(asked, 'prescriptionId')}::uuid[], ${column(asked, 'length')}::int[]) AS v (id, length),
    LATERAL (
      SELECT count(*) AS closed, bool_and(state = 'missed') AS missed
      FROM (SELECT state FROM doses
            WHERE prescription_id = v.id AND state IN ('taken', 'skipped', 'missed', 'undelivered')
            ORDER BY local_date DESC, slot DESC LIMIT v.length) AS newest) AS streak
    WHERE streak.closed = v.length AND streak.missed`;
  return new Set(rows.map((row) => row.id));
}

/**
 * Late answers settle the cases in which every dose is now answered, and no case about what somebody wrote. The cases are locked
 * first, in the order of their ids, and looked at by another statement: of two transactions that each answer one dose of a
 * case, the second sees both.
 */
export async function resolveAnsweredCases(sql: Sql, answered: { id: string; at: Date }[]): Promise<void> {
  if (answered.length === 0) return;
  const doseIds = column(answered, 'id');
  const cases = await sql<{ id: string }[]>`
    SELECT id FROM escalations
    WHERE id IN (SELECT escalation_id FROM escalation_doses WHERE dose_id = ANY(${doseIds}::uuid[])) AND state <> 'resolved'
      AND kind = ANY(${[...MISS_KINDS]})
    ORDER BY id FOR UPDATE`;
  if (cases.length === 0) return;
  await sql`
    WITH changed AS (
      UPDATE escalations e SET state = 'resolved', resolved_at = c.at, resolution = 'answered late'
      FROM (SELECT ed.escalation_id, max(v.at) AS at
            FROM unnest(${doseIds}::uuid[], ${column(answered, 'at')}::timestamptz[]) AS v (dose_id, at)
            JOIN escalation_doses ed ON ed.dose_id = v.dose_id GROUP BY ed.escalation_id) AS c
      WHERE e.id = c.escalation_id AND e.id = ANY(${column(cases, 'id')}::uuid[]) AND e.state <> 'resolved'
        AND NOT EXISTS (
          SELECT 1 FROM escalation_doses ed JOIN doses d ON d.id = ed.dose_id AND d.local_date = ed.local_date
          WHERE ed.escalation_id = e.id AND d.state NOT IN ('taken', 'skipped'))
      RETURNING e.*)
    ${caseCallbacks(sql, 'escalation.resolved')}`;
}

/** Nobody is to be told of this patient any more. */
export async function resolveCasesOf(
  sql: Sql,
  { patientId, ...how }: { patientId: string; resolution: string; now: Date },
): Promise<void> {
  await resolveWhere(sql, sql`patient_id = ${patientId} AND state <> 'resolved'`, how);
}

/** Closes the cases of which `where` holds, by nobody's hand; whoever listens is told. */
export async function resolveWhere(
  sql: Sql,
  where: ReturnType<Sql>,
  { resolution, now }: { resolution: string; now: Date },
): Promise<void> {
  await sql`
    WITH changed AS (
      UPDATE escalations SET state = 'resolved', resolved_at = ${now}, resolution = ${resolution}
      WHERE ${where}
      RETURNING *)
    ${caseCallbacks(sql, 'escalation.resolved')}`;
}

/** An open case whose clinician was not reached, and a clinician contact that was not tried yet. `doseId`: its first dose. */
export interface UntoldCase {
  caseId: string;
  tenantId: string;
  patientId: string;
  doseId: string | null;
  localDate: string | null;
  contact: { id: string; kind: ContactKind };
}

/**
 * Locks open cases nobody could be told of (every message failed, at once or by callback, and none is under way) that have a
 * working clinician contact of these kinds left; the most pressing first. Cases another process holds are passed over.
 */
export async function claimUntoldCases(
  sql: Sql,
  { kinds, limit }: { kinds: ContactKind[]; limit: number },
): Promise<UntoldCase[]> {
  return sql<UntoldCase[]>`
    SELECT e.id AS "caseId", e.tenant_id AS "tenantId", e.patient_id AS "patientId", first.dose_id AS "doseId",
           first.local_date AS "localDate", json_build_object('id', contact.id, 'kind', contact.kind) AS contact
    FROM escalations e
    LEFT JOIN LATERAL (
      SELECT dose_id, local_date FROM escalation_doses WHERE escalation_id = e.id ORDER BY dose_id LIMIT 1) AS first ON true
    CROSS JOIN LATERAL (
      SELECT c.id, c.kind FROM contact_points c
      WHERE c.patient_id = e.patient_id AND c.owner = 'clinician' AND c.state = 'active' AND c.kind = ANY(${kinds})
        AND NOT EXISTS (SELECT 1 FROM attempts a
                        WHERE a.escalation_id = e.id AND a.day >= e.opened_at::date - 1 AND a.contact_point_id = c.id)
      ORDER BY c.position LIMIT 1) AS contact
    WHERE e.state = 'open'
      AND NOT EXISTS (SELECT 1 FROM attempts a
                      WHERE a.escalation_id = e.id AND a.day >= e.opened_at::date - 1 AND a.state NOT IN ('failed', 'cancelled'))
    ORDER BY ${urgency(sql)}, e.id LIMIT ${limit} FOR UPDATE OF e SKIP LOCKED`;
}
