import { simulatorClient } from '#loadtests/story/clients.ts';

/** A line of the simulator's ledger, as far as it is read here. */
export interface LedgerLine {
  at: string;
  attemptId: string | null;
  outcome: 'accepted' | 'refused';
}

/** What a provider saw of the messages that were to reach it. */
export interface Seen {
  /** In words: a message that was not accepted exactly once, or one nobody sent. */
  problems: string[];
  /** When the last of `timed` was accepted, in milliseconds of the epoch by the provider's clock (this machine's). */
  lastAcceptedAt: number;
}

/** Holds the messages that were to be sent against the provider's ledger: each accepted once, and nothing else there. */
export function heldAgainst(ledger: LedgerLine[], expected: string[], timed: string[] = expected): Seen {
  const accepted = ledger.filter((line) => line.outcome === 'accepted');
  const byAttempt = Map.groupBy(accepted, (line) => line.attemptId);
  const known = new Set<string | null>(expected);
  const problems = expected.flatMap((id) => {
    const times = byAttempt.get(id)?.length ?? 0;
    return times === 1 ? [] : [`message ${id} was accepted ${times} times`];
  });
  problems.push(
    ...accepted
      .filter((line) => !known.has(line.attemptId))
      .map((line) => `the provider accepted a message nobody sent (${line.attemptId})`),
  );
  const measured = new Set<string | null>(timed);
  const last = accepted.reduce((max, line) => (measured.has(line.attemptId) && line.at > max ? line.at : max), '');
  return { problems, lastAcceptedAt: Date.parse(last) };
}

/** Messages per second from `start` to the last acceptance. */
export function rateOf(count: number, start: Date, { lastAcceptedAt }: Seen): number {
  return count / ((lastAcceptedAt - start.getTime()) / 1000);
}

/** The simulator as the witness of all three contenders. */
export function witness(simulatorUrl: string) {
  const client = simulatorClient(simulatorUrl);
  const acceptedSoFar = async () => (await client.json<{ fcm: { accepted: number } }>('/ledger/summary')).fcm.accepted;
  return {
    /** Waits until so many messages were accepted, or `seconds` have passed; the ledger tells what is missing. */
    async accepted(count: number, seconds: number): Promise<void> {
      for (const end = Date.now() + seconds * 1000; Date.now() < end && (await acceptedSoFar()) < count; ) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    ledger: () => client.ledger<LedgerLine>(),
    /** Empties the ledger for the next contender. */
    async forget(): Promise<void> {
      await fetch(`${simulatorUrl}/state`, { method: 'DELETE' });
    },
  };
}

export type Witness = ReturnType<typeof witness>;
