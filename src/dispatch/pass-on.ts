import { readToSend, remindedDose } from '../store/attempts.ts';
import type { Chunk } from '../store/chunks.ts';
import { hastenDoses } from '../store/doses.ts';
import type { Dispatcher } from './dispatcher.ts';
import { hold } from './hold.ts';
import { channelDown } from './incidents.ts';
import { settle } from './settle.ts';

/** What has no other road is tried again after so many milliseconds, for as long as it is useful. */
const RETRY_MS = 10_000;

/**
 * The whole channel is down: each message whose dose has a further rung fails now and that rung has its turn at once; the
 * others wait for the channel. One incident tells of it, however many messages. Returns whether this call did it.
 */
export async function passOn(app: Dispatcher, chunk: Chunk): Promise<boolean> {
  await channelDown(app, chunk.channel);
  const held = await hold(app, chunk, null);
  if (held === null) return false;
  const attempts = await readToSend(app.sql, { chunkId: held.id }, 'intent');
  const passed = await hastenDoses(app.sql, attempts.flatMap(remindedDose), app.clock.now());
  await settle(
    app,
    held,
    attempts.map((attempt) => ({
      attempt,
      outcome: passed.has(attempt.doseId ?? '')
        ? { kind: 'message_failed', code: 'channel_down' }
        : { kind: 'retry', code: 'channel_down', retryAfterMs: RETRY_MS },
    })),
  );
  return true;
}
