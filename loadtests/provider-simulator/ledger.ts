import { CHANNEL_OF, type Channel, PROVIDERS, type Provider } from './types.ts';

type Outcome = 'accepted' | 'refused';

/** One provider decision. `ref` is the provider's own id of an accepted message. */
export interface Decision {
  provider: Provider;
  outcome: Outcome;
  attemptId: string | null;
  code: string | null;
  ref: string | null;
  /** What a repeat shares with it, so that its reader sees one: a push's collapse id, a mail's Message-ID. */
  identity?: string | null;
}

interface Row extends Decision {
  at: number;
}

/** A decision as told: `seq` from 1 in order of deciding, `at` in ISO 8601 UTC. */
export interface LedgerEntry extends Decision {
  seq: number;
  at: string;
  channel: Channel;
  identity: string | null;
}

type Counts = Record<Provider, Record<Outcome, number>>;

const LINES_PER_PIECE = 1_000;

function zeroCounts(): Counts {
  return Object.fromEntries(PROVIDERS.map((provider) => [provider, { accepted: 0, refused: 0 }])) as Counts;
}

/** Append-only record of every decision: the simulator's side of the books, to be compared message by message. */
export class Ledger {
  #rows: Row[] = [];
  #counts = zeroCounts();

  append(decision: Decision): void {
    this.#rows.push({ ...decision, at: Date.now() });
    this.#counts[decision.provider][decision.outcome] += 1;
  }

  /** Every decision in order; what is appended while they are read is left for the next reading. */
  *entries(): Generator<LedgerEntry> {
    const rows = this.#rows;
    const end = rows.length;
    for (let index = 0; index < end; index += 1) yield entryOf(rows[index] as Row, index + 1);
  }

  /** The entries as NDJSON, in pieces of many lines. */
  *ndjson(): Generator<string> {
    let piece: string[] = [];
    for (const entry of this.entries()) {
      if (piece.push(`${JSON.stringify(entry)}\n`) < LINES_PER_PIECE) continue;
      yield piece.join('');
      piece = [];
    }
    yield piece.join('');
  }

  summary(): Counts {
    return structuredClone(this.#counts);
  }

  clear(): void {
    this.#rows = [];
    this.#counts = zeroCounts();
  }
}

function entryOf({ provider, attemptId, outcome, code, ref, identity = null, at }: Row, seq: number): LedgerEntry {
  return {
    seq,
    at: new Date(at).toISOString(),
    provider,
    channel: CHANNEL_OF[provider],
    attemptId,
    outcome,
    code,
    ref,
    identity,
  };
}
