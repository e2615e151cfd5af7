import type { Channel } from '#loadtests/provider-simulator/types.ts';
import type { App } from '#src/app.ts';
import type { AttemptState } from '#src/domain/attempt.ts';
import type { DoseState } from '#src/domain/dose.ts';

/** A line of the simulator's ledger, as far as it is read here. */
export interface LedgerLine {
  at: string;
  channel: Channel;
  outcome: 'accepted' | 'refused';
  attemptId: string | null;
  /** A push's collapse id, a mail's Message-ID; null: it is seen beside any other. */
  identity: string | null;
}

/** A dose of the load in our books. */
export interface DoseRow {
  id: string;
  /** Nothing may leave before. */
  dueAt: Date;
  state: DoseState;
  reason: string | null;
}

/** A message in our books. */
export interface MessageRow {
  id: string;
  doseId: string;
  rung: number;
  state: AttemptState;
  code: string | null;
  accepted: boolean;
  /** Not sent yet, or its fate is still being found out. */
  underWay: boolean;
}

/** What became of a load, the providers' ledger being the truth. */
export interface Verdict {
  /** Doses of which no provider accepted a message, and whose end the fault does not explain. */
  lost: string[];
  /** Further messages that a patient would see beside the first: an SMS again, a mail or a push under another id. */
  doubled: number;
  /** Further messages under the same Message-ID or collapse id, which a patient sees once. */
  repeated: number;
  /** Messages whose fate nobody will know. */
  unknown: number;
  /** When the last of the doses was first accepted, in milliseconds of the epoch. */
  acceptedAt: number;
  /** Whether nothing is left to do, so that the verdict is the last word. */
  isSettled: boolean;
  /** Where our books and the ledger contradict each other, in words. */
  problems: string[];
}

/** Reads our side of the books: the doses due by `due`, and their messages. */
export async function readBooks(app: App, due: Date): Promise<{ doses: DoseRow[]; messages: MessageRow[] }> {
  const doses = await app.sql<DoseRow[]>`SELECT id, due_at AS "dueAt", state, reason FROM doses WHERE due_at <= ${due}`;
  const messages = await app.sql<MessageRow[]>`
    SELECT id, dose_id AS "doseId", rung, state, code, accepted_at IS NOT NULL AS accepted,
           (state = 'intent' OR (state = 'unknown' AND check_at < 'infinity')) AS "underWay"
    FROM attempts WHERE purpose = 'reminder'`;
  return { doses, messages };
}

/** The clocks of the services, of PostgreSQL and of the simulator drift apart by no more than this. */
const CLOCK_MS = 5;

/** What the books are held against besides the ledger. */
interface Terms {
  /** See `Fault`. */
  mayEnd?: readonly DoseState[] | undefined;
  /** The doses whose answer was taken: they need no message, and must not lose it. */
  answered?: ReadonlySet<string>;
}

/** Holds our books against the ledger. */
export function judge(
  { doses, messages }: { doses: DoseRow[]; messages: MessageRow[] },
  ledger: LedgerLine[],
  { mayEnd = [], answered = new Set() }: Terms,
): Verdict {
  const known = new Map(messages.map((message) => [message.id, message]));
  const dueAt = new Map(doses.map((dose) => [dose.id, dose.dueAt.getTime()]));
  const problems: string[] = [];
  const seen = new Map<string, Sighting>();
  const acceptedIds = new Set<string>();
  for (const line of ledger) {
    if (line.outcome !== 'accepted') continue;
    const message = known.get(line.attemptId ?? '');
    if (message === undefined) {
      problems.push(`a provider accepted ${line.channel} ${line.attemptId}, of which no intent is committed`);
      continue;
    }
    const at = Date.parse(line.at);
    const early = (dueAt.get(message.doseId) ?? at) - at;
    if (early > CLOCK_MS) problems.push(`message ${message.id} left ${early} ms before its dose was due`);
    acceptedIds.add(message.id);
    note(seen, message, line, at);
  }
  const firstAt = new Map<string, number>();
  let doubled = 0;
  let repeated = 0;
  for (const { doseId, times, faces, at } of seen.values()) {
    doubled += faces.size - 1;
    repeated += times - faces.size;
    firstAt.set(doseId, Math.min(at, firstAt.get(doseId) ?? Number.POSITIVE_INFINITY));
  }
  const lost = doses.filter(({ id, state, reason }) => {
    const isExplained = mayEnd.includes(state) && reason !== null;
    return !firstAt.has(id) && !isExplained && !answered.has(id);
  });
  const forgotten = doses.filter(({ id, state }) => answered.has(id) && state !== 'taken');
  const contradictions = messages.flatMap((message) => contradictionOf(message, acceptedIds.has(message.id)));
  return {
    lost: lost.map(({ id, state, reason }) => `${id} (${state}${reason === null ? '' : `, ${reason}`})`),
    doubled,
    repeated,
    unknown: messages.filter(({ state, underWay }) => state === 'unknown' && !underWay).length,
    acceptedAt: Math.max(0, ...firstAt.values()),
    isSettled: lost.length === 0 && messages.every(({ underWay }) => !underWay),
    problems: [
      ...problems,
      ...contradictions,
      ...forgotten.map(({ id, state }) => `dose ${id} is ${state}, and its answer was taken`),
    ],
  };
}

/** What the providers accepted for a rung of a dose. */
interface Sighting {
  doseId: string;
  times: number;
  /** As many as a patient sees. */
  faces: Set<string>;
  at: number;
}

/** Every SMS is seen; mails are one by their Message-ID, pushes by their collapse id. */
function note(seen: Map<string, Sighting>, { doseId, rung }: MessageRow, line: LedgerLine, at: number): void {
  const key = `${doseId} ${rung}`;
  const sighting = seen.get(key) ?? { doseId, times: 0, faces: new Set(), at };
  sighting.times += 1;
  sighting.faces.add(line.identity ?? String(sighting.times));
  sighting.at = Math.min(sighting.at, at);
  seen.set(key, sighting);
}

function contradictionOf({ id, state, code, accepted, underWay }: MessageRow, isAccepted: boolean): string[] {
  if (accepted && !isAccepted) return [`message ${id} is ${state} in our books, and no provider accepted it`];
  if (isAccepted && !accepted && !underWay && state !== 'unknown')
    return [`message ${id} is ${state} (${code}) in our books, and its provider accepted it`];
  return [];
}
