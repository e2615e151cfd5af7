/** Every boundary between two effects, in the order in which a dose passes them. */
const FAILPOINTS = [
  'claim', // doses locked, nothing written
  'intent', // intents written, not committed
  'enqueue', // intents committed, no job yet
  'enqueued', // jobs added
  'admit', // rate taken, chunk not held
  'held', // chunk held, nothing asked
  'sending', // requests under way
  'answered', // the provider has answered, nothing written
  'outcome', // outcomes known or written, not committed
  'settled', // outcomes committed, repeats not enqueued
  'complete', // all done, the job still there
  'callback', // a receipt read, nothing written
  'callback_written', // a receipt committed, not answered
  'ack', // an answer written, not committed
  'ack_written', // an answer committed, not answered
  'told', // a tenant's system has answered a callback, nothing written
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

const [armed, times = '1'] = (process.env.FAILPOINT ?? '').split(':');
let left = Number(times);

/**
 * Kills this process (SIGKILL) where `FAILPOINT=name` or `FAILPOINT=name:n` says, at the nth passing. Costs nothing unless it
 * is set, which only the fault tests do (test/faults).
 */
export function failpoint(name: Failpoint): void {
  if (name === armed && --left === 0) process.kill(process.pid, 'SIGKILL');
}
