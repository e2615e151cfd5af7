import type { Clock } from '#src/clock.ts';
import { answersByRoad, attemptRows, doseCounts, escalationCount, latenessMs } from '#src/store/accounting.ts';
import { isOutage } from '#src/store/outage.ts';
import type { Pool } from '#src/store/pool.ts';
import { createTenant } from '#src/store/tenants.ts';
import { differences, type LedgerEntry } from './agreement.ts';
import { PROVIDER_FAULTS, scriptOf } from './behaviours.ts';
import { type Api, apiClient, eachOf, type SimulatorControl, simulatorClient } from './clients.ts';
import { type Compression, compressedInstant, compressedPolicy, compressedRegimen } from './compress.ts';
import type { Hospital } from './hospital.ts';
import type { Moment } from './progress.ts';

/** What a story stands on. */
export interface Stage {
  sql: Pool;
  clock: Clock;
  apiUrl: string;
  simulatorUrl: string;
  say: (line: string) => void;
  show: (moment: Moment) => void;
}

/** The story's account of itself; `problems` must be empty. */
export interface StoryResult {
  summary: Record<string, unknown>;
  problems: string[];
}

const REQUESTS_AT_ONCE = 8;
const WINDOW_SECONDS = 14;
/** How long the end may take beyond the last window: late answers, retries, look-ups. */
const PATIENCE_SECONDS = 60;

/** Plays a hospital's day in `seconds` and accounts for every dose and every message of it. */
export async function playStory(stage: Stage, hospital: Hospital, seconds: number): Promise<StoryResult> {
  const { sql, clock, say } = stage;
  const name = `Hospital sintético ${clock.now().toISOString()}`;
  const { tenantId, apiKey } = await createTenant(sql, name, clock.now());
  const api = apiClient(stage.apiUrl, apiKey);
  const simulator = simulatorClient(stage.simulatorUrl);
  say(`tenant "${name}", API key ${apiKey} (for the clinic page)`);
  await admit(api, simulator, hospital);
  say(`${hospital.patients.length} synthetic patients admitted`);
  const compression = dayFrom(clock, hospital, seconds);
  const { planned, ids } = await prescribe(api, hospital, compression);
  say(`${hospital.prescriptions.length} prescriptions, ${planned} doses; 06:00 to 24:00 pass in ${seconds} s`);
  for (const fault of PROVIDER_FAULTS) await simulator.order('/faults', fault);
  const changed = changeMidway(api, clock, { hospital, ids, compression });
  await watch(stage, simulator, { tenantId, planned, endsAt: lastMoment(compression) });
  await changed;
  return account(stage, simulator, { tenantId, planned, hospital });
}

/** The compressed day begins once the prescriptions can be in, at about 10 ms each, and three seconds to spare. */
function dayFrom(clock: Clock, hospital: Hospital, seconds: number): Compression {
  const leadMs = 3000 + hospital.prescriptions.length * 10;
  return { startsAt: new Date(Math.ceil((clock.now().getTime() + leadMs) / 1000) * 1000), seconds };
}

function lastMoment({ startsAt, seconds }: Compression): Date {
  return new Date(startsAt.getTime() + (seconds + WINDOW_SECONDS) * 1000);
}

async function admit(api: Api, simulator: SimulatorControl, hospital: Hospital): Promise<void> {
  const scripts = hospital.patients.map(scriptOf);
  await simulator.order(
    '/patients',
    scripts.map(({ script }) => script),
  );
  await eachOf(
    scripts.flatMap(({ faults }) => faults),
    REQUESTS_AT_ONCE,
    async (fault) => {
      await simulator.order('/faults', fault);
    },
  );
  await eachOf(
    hospital.patients,
    REQUESTS_AT_ONCE,
    async ({ behaviour: _b, reply: _r, city: _c, externalId, ...patient }) => {
      await api('PUT', `/v1/patients/${encodeURIComponent(externalId)}`, patient);
    },
  );
}

/** Posts the prescriptions with their compressed regimens. Returns the dose count, and the ids in the hospital's order. */
async function prescribe(
  api: Api,
  hospital: Hospital,
  compression: Compression,
): Promise<{ planned: number; ids: string[] }> {
  const zones = new Map(hospital.patients.map(({ externalId, zone }) => [externalId, zone]));
  let planned = 0;
  const ids: string[] = [];
  await eachOf(hospital.prescriptions, REQUESTS_AT_ONCE, async (prescription, n) => {
    const { times, critical, missesInARow, ...rest } = prescription;
    const instants = times.map((time) => compressedInstant(time, compression));
    planned += instants.length;
    const { id } = await api('POST', '/v1/prescriptions', {
      ...rest,
      regimen: compressedRegimen(instants, zones.get(prescription.patient) as string),
      policy: compressedPolicy({ critical, ...(missesInARow === undefined ? {} : { missesInARow }) }),
    });
    ids[n] = id;
  });
  return { planned, ids };
}

/** At 07:00 of the compressed day the prescriptions of the patients called `changed` are stopped: their doses are cancelled. */
async function changeMidway(
  api: Api,
  clock: Clock,
  { hospital, ids, compression }: { hospital: Hospital; ids: string[]; compression: Compression },
): Promise<void> {
  const changing = new Set(hospital.patients.filter((p) => p.behaviour === 'changed').map((p) => p.externalId));
  const at = compressedInstant('07:00', compression).getTime();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - clock.now().getTime())));
  const stopped = ids.filter((_, n) => changing.has(hospital.prescriptions[n]?.patient as string));
  await eachOf(stopped, REQUESTS_AT_ONCE, async (id) => {
    await api('PATCH', `/v1/prescriptions/${id}`, { state: 'stopped' });
  });
}

/** Shows the rush twice a second until every window is closed and nothing is under way any more. */
async function watch(
  stage: Stage,
  simulator: SimulatorControl,
  { tenantId, planned, endsAt }: { tenantId: string; planned: number; endsAt: Date },
): Promise<void> {
  const giveUp = endsAt.getTime() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const now = stage.clock.now();
    const seen = await look(stage, tenantId, now).catch(ifOutage);
    if (seen !== null) {
      stage.show({ ...seen, secondsLeft: (endsAt.getTime() - now.getTime()) / 1000, total: planned });
      const { settled, byState } = seen;
      if (now > endsAt && settled && !byState.planned && !byState.open && (await isQuiet(simulator))) return;
    }
    if (now.getTime() > giveUp) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function look({ sql }: Stage, tenantId: string, now: Date) {
  const { byState, takenLate: late } = await doseCounts(sql, tenantId, now);
  const [p50 = null, p99 = null] = await latenessMs(sql, tenantId, [0.5, 0.99]);
  const attempts = await attemptRows(sql, tenantId);
  return {
    byState,
    late,
    sent: acceptedByChannel(attempts),
    latenessMs: { p50, p99 },
    escalations: await escalationCount(sql, tenantId),
    settled: !attempts.some(({ underWay }) => underWay),
  };
}

/** PostgreSQL may be killed while the story is played: the next look sees it again. */
function ifOutage(error: unknown): null {
  if (isOutage(error)) return null;
  throw error;
}

/** Whether the simulator has no callback and no patient's answer left to send. */
async function isQuiet(simulator: SimulatorControl): Promise<boolean> {
  const ledger = await simulator.json<{ callbacks: { pending: number } }>('/ledger/summary');
  const patients = await simulator.json<{ pending: number }>('/patients/summary');
  return ledger.callbacks.pending === 0 && patients.pending === 0;
}

function acceptedByChannel(attempts: { channel: string; accepted: boolean }[]): Record<string, number> {
  const count = (channel: string) => attempts.filter((a) => a.accepted && a.channel === channel).length;
  return { push: count('push'), sms: count('sms'), voice: count('voice'), email: count('email') };
}

/** The account: every dose by outcome, every message against the providers' ledger, and whatever does not add up. */
async function account(
  stage: Stage,
  simulator: SimulatorControl,
  { tenantId, planned, hospital }: { tenantId: string; planned: number; hospital: Hospital },
): Promise<StoryResult> {
  const { sql, clock } = stage;
  const { byState, takenLate } = await doseCounts(sql, tenantId, clock.now());
  const [p50 = null, p99 = null] = await latenessMs(sql, tenantId, [0.5, 0.99]);
  const attempts = await attemptRows(sql, tenantId);
  const {
    taken = 0,
    skipped = 0,
    missed = 0,
    undelivered = 0,
    cancelled = 0,
    excluded = 0,
    open = 0,
    planned: waiting = 0,
  } = byState;
  const due = planned - cancelled - excluded;
  const unaccounted = due - taken - skipped - missed - undelivered - open;
  const patients = await simulator.json<{ answersFailed: number }>('/patients/summary');
  const problems = differences(attempts, await simulator.ledger<LedgerEntry>());
  if (unaccounted !== 0) problems.push(`${unaccounted} doses are unaccounted for`);
  if (open + waiting > 0) problems.push(`${open + waiting} doses are still open after their window`);
  if (patients.answersFailed > 0) problems.push(`${patients.answersFailed} answers of patients were not taken`);
  return {
    problems,
    summary: {
      patients: hospital.patients.length,
      prescriptions: hospital.prescriptions.length,
      due,
      taken,
      skipped,
      missed,
      undelivered,
      open,
      unaccounted,
      cancelled,
      takenLate,
      unknown: attempts.filter(({ state }) => state === 'unknown').length,
      accepted: acceptedByChannel(attempts),
      answers: await answersByRoad(sql, tenantId),
      latenessMs: { p50: Math.round(p50 ?? 0), p99: Math.round(p99 ?? 0) },
      escalations: await escalationCount(sql, tenantId),
    },
  };
}
