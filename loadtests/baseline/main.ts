import { createFcmChannel } from '#channels/push-fcm/index.ts';
import { runProcess } from '#src/process.ts';
import { startNaive } from './naive.ts';

/** The naive service as a process, with dosebell's own settings. It listens nowhere. */
await runProcess('naive', async ({ databaseUrl, redisUrl, push }) => {
  const { stop } = startNaive(databaseUrl, redisUrl, createFcmChannel(push));
  return { url: '', stop };
});
