import { uuidv7 } from '../domain/ids.ts';
import { caseCallbacks, doseEndCallbacks } from './callbacks.ts';
import { growIncidents } from './incidents.ts';
import type { Sql } from './pool.ts';

/** What a restored database was changed in before anything may be sent from it. */
export interface MadeSafe {
  /** Doses that were due before the restore and had no outcome when the backup was taken. */
  doses: number;
  /** Messages of them that may have left meanwhile. */
  messages: number;
  /** Cases that were opened or added to for critical doses. */
  cases: number;
}

/** Nothing leaves before it is due, by PostgreSQL's clock. But the lost server's may have been ahead of this one's, in seconds. */
const MARGIN_SECONDS = 10;

/**
 * Nothing that was sent after the backup was taken may be sent again, and nobody knows what was. So each dose that is due by
 * now and has no outcome ends as `undelivered`, reason `restored`: nobody is reminded of it (he may have answered, and the
 * answer is lost), and an answer that comes still counts. Its messages under way become `unknown`. Critical doses open
 * a case. One incident tells how many doses it touches, and whoever listens is told of each. `now` is PostgreSQL's; doses due later go on as usual.
 */
export async function makeSafe(tx: Sql, { takenAt, now }: { takenAt: string; now: Date }): Promise<MadeSafe> {
  const until = new Date(now.getTime() + MARGIN_SECONDS * 1000);
  const [ended] = await tx<{ count: number }[]>`
    WITH ended AS (
      UPDATE doses
      SET state = 'undelivered', reason = 'restored', missed_at = ${now}, resolved_at = ${now}, next_action_at = NULL,
          opened_at = coalesce(opened_at, ${now})
      WHERE next_action_at IS NOT NULL AND state IN ('planned', 'open') AND due_at <= ${until}
      RETURNING *),
    told AS (${doseEndCallbacks(tx)})
    SELECT count(*)::int AS count FROM ended`;
  const doses = ended?.count ?? 0;
  // Where it is known who was to be asked, he is, and his answer is written down: nothing is repeated, as the dose has ended.
  const messages = await tx`
    UPDATE attempts a
    SET state = 'unknown', code = 'restored', account = coalesce(c.account, a.account),
        check_at = CASE WHEN coalesce(c.account, a.account) IS NULL THEN 'infinity' ELSE ${now}::timestamptz END
    FROM chunks c WHERE c.id = a.chunk_id AND c.state <> 'done' AND a.state = 'intent' AND a.due_at <= ${until}`;
  await tx`
    UPDATE chunks c SET state = 'done', lease_until = NULL
    WHERE state <> 'done' AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.chunk_id = c.id AND a.state = 'intent')`;
  const cases = await openCases(tx, now);
  await growIncidents(tx, [{ kind: 'restored', subject: takenAt, tenantId: null, affected: doses }], now);
  return { doses, messages: messages.count, cases };
}

/** One case per patient and prescription, with every critical dose that was just ended. Returns how many cases. */
async function openCases(tx: Sql, now: Date): Promise<number> {
  const owners = await tx<{ id: string }[]>`
    SELECT DISTINCT d.prescription_id AS id FROM doses d WHERE ${restoredAt(tx, now)} AND d.critical`;
  const prescriptions = owners.map(({ id }) => id);
  if (prescriptions.length === 0) return 0;
  await tx`
    WITH changed AS (
      INSERT INTO escalations (id, tenant_id, patient_id, prescription_id, kind, opened_at)
      SELECT v.id, p.tenant_id, p.patient_id, p.id, 'undelivered_critical', ${now}
      FROM unnest(${prescriptions}::uuid[], ${prescriptions.map(() => uuidv7(now))}::uuid[]) AS v (prescription_id, id)
      JOIN prescriptions p ON p.id = v.prescription_id
      ON CONFLICT (patient_id, prescription_id, kind) WHERE state <> 'resolved' DO NOTHING
      RETURNING *)
    ${caseCallbacks(tx, 'escalation.opened')}`;
  await tx`
    INSERT INTO escalation_doses (escalation_id, dose_id, local_date)
    SELECT e.id, d.id, d.local_date
    FROM doses d JOIN escalations e ON e.patient_id = d.patient_id AND e.prescription_id = d.prescription_id
      AND e.kind = 'undelivered_critical' AND e.state <> 'resolved'
    WHERE ${restoredAt(tx, now)} AND d.critical
    ON CONFLICT DO NOTHING`;
  return prescriptions.length;
}

function restoredAt(tx: Sql, now: Date) {
  return tx`d.reason = 'restored' AND d.resolved_at = ${now}`;
}
