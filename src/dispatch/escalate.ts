import { plusSeconds } from '../clock.ts';
import { type ChannelName, CONTACT_KIND } from '../domain/attempt.ts';
import type { MissKind } from '../domain/escalation.ts';
import { uuidv7 } from '../domain/ids.ts';
import { insertAttempts, type NewAttempt } from '../store/attempts.ts';
import { claimUntoldCases, missedStreaks, openCase, type UntoldCase } from '../store/cases.ts';
import { insertChunks } from '../store/chunks.ts';
import type { DueDose } from '../store/doses.ts';
import type { Sql } from '../store/pool.ts';
import { transaction } from '../store/transaction.ts';
import { intoChunks } from './chunking.ts';
import type { Dispatcher } from './dispatcher.ts';
import { enqueueChunks } from './queues.ts';

/** A dose whose window is over without an answer. */
export type EndedDose = DueDose & { end: 'missed' | 'undelivered' };

/** Telling a clinician stays useful for this long. */
const CASE_USEFUL_SECONDS = 24 * 3600;
const BATCH = 100;
/** The channels that clinicians are told on. */
const TELLING: readonly ChannelName[] = ['sms', 'email'];

/**
 * Opens the cases these ended doses call for: a critical dose after one miss (or when nobody could be reached), a routine one
 * after a streak of misses. One open case per patient, prescription and kind: further doses append to it.
 */
export async function openCases(tx: Sql, ended: EndedDose[], now: Date): Promise<void> {
  const routineMisses = ended.filter((dose) => !dose.critical && dose.end === 'missed');
  const streaks = await missedStreaks(
    tx,
    routineMisses.map((dose) => ({ prescriptionId: dose.prescriptionId, length: dose.policy.missesInARow })),
  );
  for (const dose of ended) {
    const kind = caseKind(dose, streaks);
    if (kind !== null) await openCase(tx, { ...dose, doseId: dose.id, kind }, now);
  }
}

function caseKind(dose: EndedDose, streaks: Set<string>): MissKind | null {
  if (dose.critical) return criticalKind(dose);
  return dose.end === 'missed' && streaks.has(dose.prescriptionId) ? 'missed_streak' : null;
}

/** The case that a critical dose calls for. */
export function criticalKind({ end }: Pick<EndedDose, 'end'>): MissKind {
  return end === 'missed' ? 'missed_critical' : 'undelivered_critical';
}

/**
 * Tells the clinicians of open cases that nobody was told of yet, on the same send path as reminders. A message that failed,
 * at once or by a callback later, leaves its case untold, and the next contact has its turn. Returns how many it told.
 */
export async function tellClinicians(app: Dispatcher): Promise<number> {
  const now = app.clock.now();
  const kinds = TELLING.filter((channel) => app.channels.has(channel)).map((channel) => CONTACT_KIND[channel]);
  const chunks = await transaction(app.sql, async (tx) => {
    const untold = await claimUntoldCases(tx, { kinds, limit: BATCH });
    const ids = untold.map(() => uuidv7(now)).sort(); // messages leave in the order of their ids
    const attempts = untold.map((one, i) => messageOf(one, ids[i] as string, now));
    const chunks = intoChunks(
      attempts.map((attempt) => ({ attempt, critical: true, readyAt: now, turn: 1 })),
      app.channels,
      now,
    );
    await insertChunks(tx, chunks, now);
    await insertAttempts(tx, attempts, now);
    return chunks;
  });
  await enqueueChunks(app, chunks);
  return chunks.reduce((sum, chunk) => sum + chunk.size, 0);
}

function messageOf({ contact, caseId, ...dose }: UntoldCase, id: string, now: Date): NewAttempt {
  return {
    ...dose,
    id,
    escalationId: caseId,
    purpose: 'escalation',
    rung: 0,
    channel: TELLING.find((channel) => CONTACT_KIND[channel] === contact.kind) as ChannelName,
    contactPointId: contact.id,
    chunkId: null,
    dueAt: now,
    expiresAt: plusSeconds(now, CASE_USEFUL_SECONDS),
    code: null,
  };
}
