import { plusSeconds } from '../clock.ts';
import { uuidv7 } from '../domain/ids.ts';
import { type DoseSituation, type NextAction, nextAction } from '../escalation/next.ts';
import { failpoint } from '../failpoints.ts';
import { quietUntil } from '../regimen/quiet.ts';
import { insertAttempts, type NewAttempt, reachOf } from '../store/attempts.ts';
import { insertChunks, waitingTurns } from '../store/chunks.ts';
import { contactChoices } from '../store/contacts.ts';
import {
  claimDueDoses,
  type DoseEnd,
  type DoseStep,
  type DueDose,
  endDoses,
  stepDoses,
  type WantedDoses,
} from '../store/doses.ts';
import { isPoison } from '../store/poison.ts';
import { transaction } from '../store/transaction.ts';
import { intoChunks, type Unchunked } from './chunking.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type EndedDose, openCases } from './escalate.ts';
import { advanceAround } from './quarantine.ts';
import { enqueueChunks } from './queues.ts';
import { spreadOf } from './spread.ts';
import type { Turns } from './turns.ts';

/** Doses claimed in one transaction. */
const BATCH = 1000;

/** What one pass writes. */
interface Plan {
  steps: DoseStep[];
  ends: DoseEnd[];
  attempts: NewAttempt[];
  unchunked: Unchunked[];
}

type Due = Omit<WantedDoses, 'limit'> & { limit?: number };

/**
 * Claims the doses of a shard whose next action is due by `until`, and takes it: a reminder, a further rung, or the end of
 * the window. A dose that makes its batch fail is set aside, and everything else goes on. Returns how many doses it took
 * or set aside.
 */
export async function advanceDoses(app: Dispatcher, due: Due): Promise<number> {
  const want = { ...due, limit: Math.min(due.limit ?? BATCH, BATCH) };
  try {
    return await advanceBatch(app, want);
  } catch (error) {
    if (!isPoison(error)) throw error;
    return advanceAround(app, want, (ids) => advanceBatch(app, { ...want, ids }));
  }
}

/**
 * One transaction: if the process dies inside it nothing happened; if it dies after, the chunks are rows and the rescue
 * sends them.
 */
async function advanceBatch(app: Dispatcher, want: WantedDoses & { ids?: string[] }): Promise<number> {
  const now = app.clock.now();
  const channels = new Set(app.channels.keys());
  const { taken, chunks } = await transaction(app.sql, async (tx) => {
    const doses = await claimDueDoses(tx, want);
    if (doses.length === 0) return { taken: 0, chunks: [] };
    failpoint('claim');
    const contacts = await contactChoices(
      tx,
      doses.map((dose) => dose.patientId),
    );
    const reach = await reachOf(
      tx,
      doses.filter((dose) => dose.state === 'open').map((dose) => dose.id),
    );
    const plan: Plan = { steps: [], ends: [], attempts: [], unchunked: [] };
    for (const dose of doses) {
      const at = new Date(Math.max(now.getTime(), dose.nextActionAt.getTime()));
      const facts = reach.get(dose.id) ?? { reached: false, pending: false, lastCode: null };
      const situation: DoseSituation = {
        ...dose,
        ...facts,
        channels,
        contacts: contacts.get(dose.patientId) ?? [],
        quietUntil: dose.quietHours === null ? null : quietUntil(dose.quietHours, dose.zone, at),
      };
      record(plan, app.turns, dose, { action: nextAction(situation, at), now });
    }
    const chunks = intoChunks(plan.unchunked, app.channels, now);
    await stepDoses(tx, plan.steps, now);
    await endDoses(tx, plan.ends, now);
    await openCases(tx, endedDoses(doses, plan.ends), now);
    await insertChunks(tx, chunks, now);
    await insertAttempts(tx, plan.attempts, now);
    failpoint('intent');
    return { taken: doses.length, chunks };
  });
  failpoint('enqueue');
  await enqueueChunks(app, chunks);
  failpoint('enqueued');
  return taken;
}

function record(plan: Plan, turns: Turns, dose: DueDose, { action, now }: { action: NextAction; now: Date }): void {
  const { id, localDate } = dose;
  if (action.do === 'end') {
    plan.ends.push({ id, localDate, state: action.state, reason: action.reason });
    return;
  }
  for (const skip of action.skipped) plan.attempts.push(attemptOf(dose, skip, now));
  const rung = action.do === 'send' ? action.rung + 1 : action.rung;
  plan.steps.push({ id, localDate, rung, nextActionAt: action.nextAt });
  if (action.do === 'wait') return;
  const attempt = attemptOf(dose, { ...action, code: null }, now);
  plan.attempts.push(attempt);
  const { channel, dueAt: readyAt } = attempt;
  const turn = dose.critical ? 1 : turns.next({ ...dose, channel, readyAt });
  plan.unchunked.push({ attempt, critical: dose.critical, readyAt, turn });
}

/** To be called before a pass of `advanceDoses`: from which turn on the tenants' turns are counted. */
export async function beginTurns(app: Dispatcher): Promise<void> {
  const now = app.clock.now();
  app.turns.begin(now, await waitingTurns(app.sql, now));
}

function attemptOf(
  dose: DueDose,
  rung: Pick<NewAttempt, 'rung' | 'channel' | 'code'> & { to: 'patient' | 'caregiver'; contactPointId?: string },
  now: Date,
): NewAttempt {
  // A planned dose that was put off is late all the same.
  const from = dose.state === 'planned' ? dose.dueAt : dose.nextActionAt;
  // A further rung is as useful late as it was on time, for as long as the window is open.
  const since = dose.state === 'planned' || now < from ? from : now;
  const useful = plusSeconds(since, dose.policy.usefulSeconds);
  return {
    id: uuidv7(now),
    tenantId: dose.tenantId,
    patientId: dose.patientId,
    doseId: dose.id,
    localDate: dose.localDate,
    escalationId: null,
    purpose: rung.to === 'caregiver' ? 'caregiver' : 'reminder',
    rung: rung.rung,
    channel: rung.channel,
    contactPointId: rung.contactPointId ?? null,
    chunkId: null,
    dueAt: plusSeconds(from, spreadOf(dose)),
    expiresAt: useful < dose.windowEndsAt ? useful : dose.windowEndsAt,
    code: rung.code,
  };
}

function endedDoses(doses: DueDose[], ends: DoseEnd[]): EndedDose[] {
  const states = new Map(ends.map((end) => [end.id, end.state]));
  return doses.flatMap((dose) => {
    const end = states.get(dose.id);
    return end === undefined ? [] : [{ ...dose, end }];
  });
}
