import type { World } from './fault.ts';

/** Until so long after the first doses are due. */
export async function untilDue({ due, sleep }: World, afterMs = 0): Promise<void> {
  await sleep(Math.max(0, due.getTime() + afterMs - Date.now()));
}

const PROVIDERS = ['fcm', 'twilio', 'smtp'] as const;

/** The providers of the load take so long to answer, so that messages are on the wire when something happens. */
export async function slowAnswers(
  { simulator }: World,
  latencyMs: number,
  providers: readonly (typeof PROVIDERS)[number][] = PROVIDERS,
): Promise<void> {
  for (const provider of providers) await simulator.order({ provider, kind: 'latency', latencyMs });
}

const LATEST_SECONDS = 30;

/** No message left later than that. */
export async function onTime({ sql }: World): Promise<void> {
  const [row] = await sql<{ late: number }[]>`
    SELECT coalesce(max(extract(epoch FROM accepted_at - due_at)), 0)::float AS late FROM attempts WHERE accepted_at IS NOT NULL`;
  if (row !== undefined && row.late > LATEST_SECONDS) throw new Error(`a message was ${row.late} s late`);
}
