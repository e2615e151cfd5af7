import type { App } from '../app.ts';
import { Refusal } from '../domain/refusal.ts';
import { failpoint } from '../failpoints.ts';
import {
  insertConfirmations,
  knownSources,
  lockDoses,
  writeAnswers,
  writeArrivals,
  writeSnoozes,
} from '../store/answers.ts';
import { resolveAnsweredCases } from '../store/cases.ts';
import { isOutage } from '../store/outage.ts';
import type { Sql } from '../store/pool.ts';
import { transaction } from '../store/transaction.ts';
import { coalesce } from './coalesce.ts';
import { type Ack, type AckResult, decide, type ReceivedAck } from './decide.ts';

/** A transaction of 500 answers takes tens of milliseconds; while one is synced to disk the other does its work. */
const LIMITS = { batch: 500, batches: 2, waiting: 10_000 };

type Recorder = (ack: ReceivedAck) => Promise<AckResult | null>;
const recorders = new WeakMap<App, Recorder>();

/**
 * The one place an answer becomes a state: push action, SMS reply, link and API all end here. Every answer is kept; the
 * dose moves forward only. What is still to be sent is dropped at its last check before leaving, and a late answer
 * settles the case it had opened. Null: there is no such dose.
 *
 * Without `tx` it is committed when this returns; answers that come together share a transaction. Throws a `Refusal` (503)
 * when too many wait. Within the caller's `tx` it stands and falls with it.
 */
export async function recordAck(app: App, ack: Ack, tx?: Sql): Promise<AckResult | null> {
  const { reason, ...rest } = ack;
  const received = { ...rest, reason: reason === undefined ? null : app.cipher.seal(reason), at: app.clock.now() };
  const result =
    tx === undefined ? await recorderOf(app)(received) : ((await recordIn(app, tx, [received]))[0] ?? null);
  failpoint('ack_written');
  if (result !== null) app.metrics.answers.inc({ road: ack.road, answer: ack.answer, effect: result.effect });
  return result;
}

function recorderOf(app: App): Recorder {
  const known = recorders.get(app);
  if (known !== undefined) return known;
  const recorder = coalesce<ReceivedAck, AckResult | null>(
    {
      run: (acks) => transaction(app.sql, (tx) => recordIn(app, tx, acks)),
      blamesItem: (error) => !isOutage(error),
      full: tooMany,
    },
    LIMITS,
  );
  recorders.set(app, recorder);
  return recorder;
}

/** Locks, decides and writes a batch. Snoozes come before what ends their doses; cases are looked at when all is written. */
async function recordIn(app: App, tx: Sql, acks: ReceivedAck[]): Promise<(AckResult | null)[]> {
  const sourceIds = acks.flatMap(({ sourceId }) => sourceId ?? []);
  const [doses, sources] = await Promise.all([
    lockDoses(
      tx,
      acks.map(({ doseId }) => doseId),
    ),
    knownSources(tx, sourceIds),
  ]);
  const decided = decide(acks, { doses, sources }, app.config.schedule.snoozeSeconds);
  await writeSnoozes(tx, decided.snoozes);
  await Promise.all([
    insertConfirmations(tx, decided.confirmations),
    writeArrivals(tx, decided.arrivals),
    writeAnswers(tx, decided.answers),
  ]);
  await resolveAnsweredCases(tx, decided.settled);
  failpoint('ack');
  return decided.results;
}

function tooMany(): Refusal {
  return new Refusal(503, 'Too many answers at once', [
    { field: 'request', detail: 'was not carried out: send it again in a moment' },
  ]);
}
