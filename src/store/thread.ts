import type { AttemptPurpose, AttemptState, ChannelName } from '../domain/attempt.ts';
import type { DoseState } from '../domain/dose.ts';
import { timeOf } from '../domain/ids.ts';
import type { Cipher } from './cipher.ts';
import type { Sql } from './pool.ts';

/** One message of a patient's thread. Its id is a UUIDv7 that carries `at`. For the tenant's people only: texts are in the clear. */
export interface ThreadEntry {
  id: string;
  direction: 'out' | 'in';
  channel: ChannelName;
  at: Date;
  /** Why it went out: to the patient, to a caregiver, or because somebody wrote it. Null for what came in. */
  purpose: Exclude<AttemptPurpose, 'escalation'> | null;
  /** What became of what went out. */
  state: AttemptState | null;
  code: string | null;
  /** How what came in was understood. */
  intent: string | null;
  /** What a person wrote, patient or clinician; null for reminders, whose text is not kept. */
  text: string | null;
  /** What was answered at once to what came in. */
  answer: string | null;
  author: string | null;
  /** It came from a telephone that several patients share, and may be about another one. */
  shared: boolean;
  dose: { id: string; dueAt: Date; state: DoseState } | null;
}

/** One page, newest first. `before`: where the next one begins, null on the last. It may hold few entries, or none. */
interface ThreadPage {
  entries: ThreadEntry[];
  before: string | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A page looks back so far: what it costs depends on what happened in that time, never on how long the history is. */
const SPAN_MS = 31 * DAY_MS;
/** The longest window of a dose, with room for what settles after it: its messages are made within. */
const DOSE_SPAN_MS = 25 * HOUR_MS;
/** A message is made this much before its dose is due, at most. */
const EARLY_MS = HOUR_MS;

/**
 * The messages of a patient to and from the person, those of their caregivers among them, made before the id `before`. What came
 * from a shared telephone is told to the patients of the tenant that it was received for, and to nobody else's.
 */
export async function readThread(
  sql: Sql,
  cipher: Cipher,
  want: { tenantId: string; patientId: string; before: string; limit: number },
): Promise<ThreadPage> {
  const until = timeOf(want.before);
  const from = moved(until, -SPAN_MS);
  const rows = await entriesWithin(sql, { ...want, from, until, limit: want.limit + 1 });
  const shown = rows.slice(0, want.limit);
  const last = shown.at(-1);
  const before = rows.length > want.limit && last ? last.id : await newestBefore(sql, want, from);
  const doses = await dosesOf(sql, want.patientId, shown);
  return { entries: shown.map((row) => entryOf(cipher, row, doses)), before };
}

type Row = Omit<ThreadEntry, 'text' | 'answer' | 'author' | 'dose'> & {
  text: Uint8Array | null;
  answer: Uint8Array | null;
  author: Uint8Array | null;
  doseId: string | null;
};

/** Each source by an index of its own, cut to the page before they are merged. */
async function entriesWithin(
  sql: Sql,
  { tenantId, patientId, before, from, until, limit }: Span & { before: string; limit: number },
): Promise<Row[]> {
  const id = inboundId(sql);
  const received = sql`
    i.received_at >= ${from} AND i.received_at <= ${until} AND ${id} < ${before}::uuid
    ORDER BY i.received_at DESC, ${id} DESC LIMIT ${limit}`;
  const inbound = (shared: boolean) => sql`
    ${id} AS id, 'in' AS direction, i.channel, i.received_at AS at, NULL AS purpose, NULL AS state, NULL AS code, i.intent,
    i.body AS text, i.reply AS answer, NULL::bytea AS author, ${shared} AS shared, i.dose_id AS "doseId"`;
  return sql<Row[]>`
    (SELECT a.id, 'out' AS direction, a.channel, a.created_at AS at, a.purpose, a.state, a.code, NULL AS intent, NULL::bytea AS text,
            NULL::bytea AS answer, NULL::bytea AS author, false AS shared, a.dose_id AS "doseId"
     FROM doses d JOIN attempts a ON a.dose_id = d.id
     WHERE d.patient_id = ${patientId} AND d.due_at > ${moved(from, -DOSE_SPAN_MS)} AND d.due_at < ${moved(until, EARLY_MS)}
       AND d.local_date BETWEEN ${dateOf(from, -3)} AND ${dateOf(until, 2)} AND a.day BETWEEN ${dateOf(from)} AND ${dateOf(until)}
       AND a.created_at >= ${from} AND a.id < ${before}::uuid AND a.purpose IN ('reminder', 'caregiver') AND a.contact_point_id IS NOT NULL
     ORDER BY a.id DESC LIMIT ${limit})
    UNION ALL
    (SELECT m.id, 'out', a.channel, m.created_at, 'message', a.state, a.code, NULL, m.body, NULL, m.author, false, NULL
     FROM messages m JOIN attempts a ON a.message_id = m.id AND a.day = (m.created_at AT TIME ZONE 'UTC')::date
     WHERE m.patient_id = ${patientId} AND m.id < ${before}::uuid AND m.id >= ${firstIdOf(from.getTime())}::uuid
       AND a.day BETWEEN ${dateOf(from)} AND ${dateOf(until)}
     ORDER BY m.id DESC LIMIT ${limit})
    UNION ALL
    (SELECT ${inbound(false)} FROM inbound_messages i WHERE i.patient_id = ${patientId} AND ${received})
    UNION ALL
    (SELECT ${inbound(true)} FROM ${ownSenders(sql, patientId)} JOIN inbound_messages i ON i.sender = c.lookup AND i.received_at >= c.since
     WHERE i.patient_id IS NULL AND i.tenant_id = ${tenantId} AND ${received})
    ORDER BY id DESC LIMIT ${limit}`;
}

interface Span {
  tenantId: string;
  patientId: string;
  from: Date;
  until: Date;
}

/** A UUIDv7 of when a message came and the provider's id of it: always the same, and in order with all others. */
function inboundId(sql: Sql) {
  return sql`(lpad(to_hex((extract(epoch FROM i.received_at) * 1000)::bigint), 12, '0') || '7' || left(md5(i.sid), 3)
    || 'a' || substr(md5(i.sid), 4, 15))::uuid`;
}

/** The numbers and addresses that messages of this patient come from, and since when: theirs, and their caregivers'. */
function ownSenders(sql: Sql, patientId: string) {
  return sql`(SELECT lookup, min(created_at) AS since FROM contact_points
    WHERE patient_id = ${patientId} AND owner <> 'clinician' AND state <> 'removed' GROUP BY lookup) AS c`;
}

/** Where a page that begins with the newest message older than `from` begins; null where there is none. */
async function newestBefore(
  sql: Sql,
  { tenantId, patientId }: { tenantId: string; patientId: string },
  from: Date,
): Promise<string | null> {
  const [row] = await sql<{ at: Date | null }[]>`
    SELECT greatest(
      (SELECT least(window_ends_at + ${DOSE_SPAN_MS} * interval '1 millisecond', ${from}) FROM doses
       WHERE patient_id = ${patientId} AND due_at < ${moved(from, EARLY_MS)} ORDER BY due_at DESC LIMIT 1),
      (SELECT created_at FROM messages WHERE patient_id = ${patientId} AND id < ${firstIdOf(from.getTime())} ORDER BY id DESC LIMIT 1),
      (SELECT max(received_at) FROM inbound_messages WHERE patient_id = ${patientId} AND received_at < ${from}),
      (SELECT max(newest.at) FROM ${ownSenders(sql, patientId)} CROSS JOIN LATERAL (
         SELECT i.received_at AS at FROM inbound_messages i
         WHERE i.sender = c.lookup AND i.received_at >= c.since AND i.received_at < ${from} AND i.patient_id IS NULL AND i.tenant_id = ${tenantId}
         ORDER BY i.received_at DESC LIMIT 1) AS newest)) AS at`;
  return row?.at ? afterAll(row.at) : null;
}

/** The first id of a millisecond: every earlier id is less. */
function firstIdOf(time: number): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** The id after every id of an instant: a page before it begins with what happened then. */
export function afterAll(at: Date): string {
  return firstIdOf(at.getTime() + 1);
}

function moved(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}

/** The UTC date of an instant, so many days on. */
function dateOf(at: Date, days = 0): string {
  return moved(at, days * DAY_MS)
    .toISOString()
    .slice(0, 10);
}

type Dose = NonNullable<ThreadEntry['dose']>;

/** The patient's doses that messages are about. */
async function dosesOf(sql: Sql, patientId: string, rows: Row[]): Promise<Map<string, Dose>> {
  const ids = [...new Set(rows.flatMap(({ doseId }) => doseId ?? []))].sort();
  const [first, last] = [ids.at(0), ids.at(-1)];
  if (first === undefined || last === undefined) return new Map();
  const doses = await sql<Dose[]>`
    SELECT id, due_at AS "dueAt", state FROM doses
    WHERE id = ANY(${ids}::uuid[]) AND local_date BETWEEN ${dateOf(timeOf(first), -1)} AND ${dateOf(timeOf(last), 1)}
      AND patient_id = ${patientId}`;
  return new Map(doses.map((dose) => [dose.id, dose]));
}

function entryOf(cipher: Cipher, { doseId, ...row }: Row, doses: Map<string, Dose>): ThreadEntry {
  const open = (sealed: Uint8Array | null) => (sealed === null ? null : cipher.open(sealed));
  return {
    ...row,
    text: open(row.text),
    answer: open(row.answer),
    author: open(row.author),
    dose: (doseId !== null && doses.get(doseId)) || null,
  };
}
