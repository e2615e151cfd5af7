import { median } from '#loadtests/bench/program.ts';
import { seedPatients } from '#loadtests/bench/seed.ts';
import { horizonPass } from '#schedulers/horizon.ts';
import type { App } from '#src/app.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { completePolicy } from '#src/domain/policy.ts';
import { mixOf, regimenOf } from './regimens.ts';

const YEAR = 365;
const ROUNDS = 5;
const PRESCRIPTIONS_AT_ONCE = 1000;
/** Rows of one insert, which is one transaction: as many as the horizon pass inserts in one. */
const DOSES_AT_ONCE = 1600;

/** In doses per second; `ratio` is the median of the rounds' own ratios. */
export interface HorizonRates {
  horizon: number;
  bare: number;
  ratio: number;
  doses: number;
}

/**
 * Plans the doses of `count` prescriptions of the mix, a year old, by the service's horizon pass (claim, read, expand,
 * insert, cursor), then inserts the very same rows in bulk with nothing else; in turn, on a table that is empty each time.
 */
export async function measureHorizon(app: App, count: number, say: (line: string) => void): Promise<HorizonRates> {
  say(`horizon: storing ${count} prescriptions…`);
  await seed(app, count);
  const rounds: HorizonRates[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await rewind(app);
    const horizon = await perSecond(app, async () => {
      while (await horizonPass(app));
    });
    const batches = await plannedRows(app);
    await rewind(app);
    const bare = await perSecond(app, () => insertBare(app, batches));
    if (bare.doses !== horizon.doses) throw new Error(`${bare.doses} rows inserted instead of ${horizon.doses}`);
    say(`horizon: ${Math.round(horizon.rate)} doses/s, bare insert ${Math.round(bare.rate)} doses/s`);
    // The first round warms up code, files and memory.
    if (round > 0)
      rounds.push({ horizon: horizon.rate, bare: bare.rate, ratio: horizon.rate / bare.rate, doses: bare.doses });
  }
  const middle = (key: keyof HorizonRates) => median(rounds.map((round) => round[key]));
  return { horizon: middle('horizon'), bare: middle('bare'), ratio: middle('ratio'), doses: middle('doses') };
}

async function seed(app: App, count: number): Promise<void> {
  const now = app.clock.now();
  const { tenantId, patientIds } = await seedPatients(app, 'Horizon hospital', count);
  const policy = completePolicy({});
  const cases = mixOf(count, now, YEAR);
  for (let i = 0; i < count; i += PRESCRIPTIONS_AT_ONCE) {
    const some = cases.slice(i, i + PRESCRIPTIONS_AT_ONCE);
    const ids = patientIds.slice(i, i + PRESCRIPTIONS_AT_ONCE);
    const zones = some.map(({ zone }) => zone);
    await app.sql`
      UPDATE patients SET zone = v.zone FROM unnest(${ids}::uuid[], ${zones}::text[]) AS v (id, zone)
      WHERE patients.id = v.id`;
    await app.sql`INSERT INTO prescriptions ${app.sql(
      some.map((given, n) => ({
        id: uuidv7(now),
        tenant_id: tenantId,
        patient_id: ids[n] as string,
        medication: app.cipher.seal('Metformina 850 mg'),
        instructions: app.cipher.seal('Una tableta con el desayuno'),
        regimen: app.sql.json({ ...regimenOf(given) }),
        policy: app.sql.json({ ...policy, ladder: policy.ladder.map((rung) => ({ ...rung })) }),
        planned_to: now,
        created_at: now,
        updated_at: now,
      })),
    )}`;
  }
}

/** No dose is planned, and the database has no work left over from what came before. */
async function rewind(app: App): Promise<void> {
  await app.sql`TRUNCATE doses`;
  await app.sql`UPDATE prescriptions SET planned_to = ${app.clock.now()}`;
  await app.sql`VACUUM ANALYZE prescriptions`;
  await app.sql`CHECKPOINT`;
}

async function perSecond(app: App, work: () => Promise<void>): Promise<{ rate: number; doses: number }> {
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const [row] = await app.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM doses`;
  const doses = row?.n ?? 0;
  return { rate: doses / seconds, doses };
}

interface Row {
  id: string;
  local_date: string;
  slot: number;
  tenant_id: string;
  patient_id: string;
  prescription_id: string;
  prescription_version: number;
  due_at: Date;
  window_ends_at: Date;
  critical: boolean;
  shard: number;
  tz_version: string;
  zone: string;
  time_policy: string;
}

/** Each column of one insert, as the text of an array. */
type Batch = Record<keyof Row, string>;

/** The rows as they were inserted, in the order they were inserted, as parameters that cost the client nothing more. */
async function plannedRows(app: App): Promise<Batch[]> {
  const rows = await app.sql<Row[]>`
    SELECT id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at, window_ends_at,
           critical, shard, tz_version, zone, time_policy
    FROM doses ORDER BY tableoid, ctid`;
  const batches: Batch[] = [];
  for (let i = 0; i < rows.length; i += DOSES_AT_ONCE) {
    const some = rows.slice(i, i + DOSES_AT_ONCE);
    const columns = Object.keys(some[0] as Row).map((key) => [key, literal(some.map((row) => row[key as keyof Row]))]);
    batches.push(Object.fromEntries(columns));
  }
  return batches;
}

function literal(values: Row[keyof Row][]): string {
  return `{${values.map((value) => (value instanceof Date ? value.toISOString() : value)).join()}}`;
}

async function insertBare(app: App, batches: Batch[]): Promise<void> {
  for (const b of batches) {
    await app.sql`
      INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
                         window_ends_at, critical, shard, tz_version, zone, time_policy, next_action_at)
      SELECT *, v.due_at
      FROM unnest(${b.id}::text::uuid[], ${b.local_date}::text::date[], ${b.slot}::text::int[],
                  ${b.tenant_id}::text::uuid[], ${b.patient_id}::text::uuid[], ${b.prescription_id}::text::uuid[],
                  ${b.prescription_version}::text::int[], ${b.due_at}::text::timestamptz[],
                  ${b.window_ends_at}::text::timestamptz[], ${b.critical}::text::boolean[],
                  ${b.shard}::text::smallint[], ${b.tz_version}::text::text[], ${b.zone}::text::text[],
                  ${b.time_policy}::text::text[])
        AS v (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
              window_ends_at, critical, shard, tz_version, zone, time_policy)`;
  }
}
