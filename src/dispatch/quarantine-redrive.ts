import type { DoseState } from '../domain/dose.ts';
import { uuidv7 } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { insertChunks } from '../store/chunks.ts';
import {
  closeDeadLetter,
  type DeadLetter,
  type DeadLetterState,
  type FailedMessage,
  lockDeadLetter,
  lockFailedMessage,
  type Named,
  resendMessage,
  resumeDose,
} from '../store/dead-letter-reads.ts';
import { closeQuarantineIncidents } from '../store/dead-letters.ts';
import type { Sql } from '../store/pool.ts';

const STILL_OPEN = new Set<DoseState>(['planned', 'open']);
const LIVE = new Set<DeadLetterState>(['failing', 'quarantined']);

/**
 * Tries a dead letter again. A dose's next action comes at once while its window is open; a message goes out again under its
 * own id, in a chunk of its own, while it is useful and still wanted. Once: of two calls the second changes nothing. Throws a
 * `Refusal`: 404 for an unknown id, 409 with the moment that has passed and what became of the dose.
 */
export async function redrive(tx: Sql, named: Named, now: Date): Promise<DeadLetter> {
  const letter = await take(tx, named);
  if (letter.state === 'redriven') return letter;
  if (!LIVE.has(letter.state) && letter.state !== 'ended') throw tooLate(letter);
  if (letter.kind === 'dose') await redriveDose(tx, letter, now);
  else await redriveMessage(tx, letter, now);
  return close(tx, letter, 'redriven', now);
}

/**
 * Gives a dead letter up: a message is not sent, a dose waits for its window's end, where it gets its outcome (an answer until
 * then still counts). Once, and a `Refusal` as in `redrive`.
 */
export async function drop(tx: Sql, named: Named, now: Date): Promise<DeadLetter> {
  const letter = await take(tx, named);
  if (letter.state === 'dropped') return letter;
  if (!LIVE.has(letter.state)) throw tooLate(letter);
  if (letter.kind === 'dose') await resumeDose(tx, letter, letter.windowEndsAt, now);
  return close(tx, letter, 'dropped', now);
}

async function redriveDose(tx: Sql, letter: Extract<DeadLetter, { kind: 'dose' }>, now: Date): Promise<void> {
  if (now >= letter.windowEndsAt)
    throw closed(letter, `the window of its dose closed at ${letter.windowEndsAt.toISOString()}`);
  if (!STILL_OPEN.has(letter.doseState)) throw closed(letter, 'its dose has its outcome');
  await resumeDose(tx, letter, now, now);
}

async function redriveMessage(tx: Sql, letter: Extract<DeadLetter, { kind: 'message' }>, now: Date): Promise<void> {
  const { attemptId } = letter;
  if (now >= letter.usefulUntil)
    throw closed(letter, `its message was useful until ${letter.usefulUntil.toISOString()}`);
  const message = await lockFailedMessage(tx, attemptId);
  if (message === null) throw closed(letter, 'its message is not failed any more');
  if (!isWanted(letter, message)) throw closed(letter, 'nobody wants its message any more');
  const chunk = {
    id: uuidv7(now),
    channel: message.channel,
    critical: letter.critical !== false || message.purpose === 'escalation',
    size: 1,
    readyAt: now,
    expiresAt: message.expiresAt,
    turn: 1,
  };
  await insertChunks(tx, [chunk], now); // no job: the rescue brings it within seconds
  await resendMessage(tx, attemptId, chunk.id);
}

/** What a person wrote is wanted while it is useful; whether it may still be sent is looked at when it leaves. */
function isWanted({ doseState }: DeadLetter, { purpose, escalationState }: FailedMessage): boolean {
  if (purpose === 'escalation') return escalationState === 'open';
  return purpose === 'message' || (doseState !== null && STILL_OPEN.has(doseState));
}

async function take(tx: Sql, named: Named): Promise<DeadLetter> {
  const letter = await lockDeadLetter(tx, named);
  if (letter === null) throw noDeadLetter();
  return letter;
}

async function close(tx: Sql, letter: DeadLetter, state: 'redriven' | 'dropped', now: Date): Promise<DeadLetter> {
  await closeDeadLetter(tx, letter.id, { state, now });
  await closeQuarantineIncidents(tx, now);
  return (await lockDeadLetter(tx, { id: letter.id, tenantId: letter.tenantId })) as DeadLetter;
}

/** The 404 for an id that names no dead letter of the caller. */
export function noDeadLetter(): Refusal {
  return new Refusal(404, 'No such dead letter', [
    { field: 'id', detail: 'is not the id of one of your dead letters' },
  ]);
}

function tooLate({ state }: DeadLetter): Refusal {
  return new Refusal(409, `The dead letter is ${state} already`, [
    { field: 'id', detail: `names a dead letter that is ${state}: nothing was changed` },
  ]);
}

function closed({ doseState, doseReason }: DeadLetter, why: string): Refusal {
  const outcome = doseReason === null ? doseState : `${doseState} (${doseReason})`;
  const fate = doseState === null ? '' : `, and the dose is ${outcome}`;
  return new Refusal(409, 'It is too late to send it', [
    { field: 'id', detail: `names a dead letter that cannot be redriven: ${why}${fate}` },
  ]);
}
