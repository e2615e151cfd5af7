/** A line of the simulator's ledger, as far as it is read here. */
export interface LedgerLine {
  at: string;
  attemptId: string | null;
  outcome: 'accepted' | 'refused';
}

/** What the providers saw of the messages that were to reach them. */
export interface Seen {
  /** In words: a message that was not accepted exactly once, or one nobody sent. */
  problems: string[];
  /** When each of `timed` was accepted, ascending, in milliseconds of the epoch by the simulator's clock (this machine's). */
  acceptedAt: number[];
}

/**
 * Holds the messages that were to be sent against the providers' ledger, which comes in pieces: each accepted once, and
 * nothing else there. `timed` are those whose acceptances are told, all unless given.
 */
export async function heldAgainst(
  ledger: AsyncIterable<LedgerLine[]> | Iterable<LedgerLine[]>,
  expected: Iterable<string>,
  timed?: Iterable<string>,
): Promise<Seen> {
  const acceptances = new Map(Array.from(expected, (id) => [id, { times: 0, at: 0 }]));
  const problems: string[] = [];
  for await (const lines of ledger) {
    for (const { attemptId, at, outcome } of lines) {
      if (outcome !== 'accepted') continue;
      const known = attemptId === null ? undefined : acceptances.get(attemptId);
      if (known === undefined) problems.push(`the provider accepted a message nobody sent (${attemptId})`);
      else {
        known.times += 1;
        known.at = Date.parse(at);
      }
    }
  }
  for (const [id, { times }] of acceptances) {
    if (times !== 1) problems.push(`message ${id} was accepted ${times} times`);
  }
  const measured = timed === undefined ? acceptances.values() : Array.from(timed, (id) => acceptances.get(id));
  const acceptedAt = [...measured].flatMap((one) => (one === undefined || one.times === 0 ? [] : one.at));
  return { problems, acceptedAt: acceptedAt.sort((a, b) => a - b) };
}

/** Messages per second from `start` to the last acceptance. */
export function rateOf(start: Date, { acceptedAt }: Seen): number {
  return acceptedAt.length / (((acceptedAt.at(-1) ?? Number.NaN) - start.getTime()) / 1000);
}

/** How long after `due` this fraction (0.5, 0.99…) of the messages had been accepted, in milliseconds: the nearest rank. */
export function latenessMs(due: Date, { acceptedAt }: Seen, fraction: number): number {
  const rank = Math.max(1, Math.ceil(fraction * acceptedAt.length));
  return (acceptedAt[rank - 1] ?? Number.NaN) - due.getTime();
}

/** The simulator as the witness of all contenders. */
export function witness(simulatorUrl: string) {
  const get = async (path: string) => {
    const response = await fetch(`${simulatorUrl}${path}`);
    if (!response.ok || response.body === null) throw new Error(`simulator: ${path} answered ${response.status}`);
    return response;
  };
  const acceptedSoFar = async () => {
    const { callbacks: _, ...providers } = (await (await get('/ledger/summary')).json()) as Record<
      string,
      { accepted: number }
    >;
    return Object.values(providers).reduce((sum, { accepted }) => sum + accepted, 0);
  };
  return {
    /** Waits until so many messages were accepted, or `seconds` have passed; the ledger tells what is missing. */
    async accepted(count: number, seconds: number): Promise<void> {
      for (const end = Date.now() + seconds * 1000; Date.now() < end && (await acceptedSoFar()) < count; ) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    /** The ledger piece by piece: a large one does not fit into one string. */
    async *ledger(): AsyncGenerator<LedgerLine[]> {
      const decoder = new TextDecoder();
      let rest = '';
      for await (const bytes of (await get('/ledger')).body as ReadableStream<Uint8Array>) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
        rest = lines.pop() as string;
        yield lines.map((line) => JSON.parse(line) as LedgerLine);
      }
      if (rest !== '') throw new Error('the ledger was cut off');
    },
    /** Empties the ledger for the next contender. */
    async forget(): Promise<void> {
      await fetch(`${simulatorUrl}/state`, { method: 'DELETE' });
    },
  };
}

export type Witness = ReturnType<typeof witness>;
