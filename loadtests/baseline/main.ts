import { readConfig } from '#src/config.ts';
import { runProcess } from '#src/process.ts';
import { type Sizes, sendBare } from './ceiling.ts';
import { startNaive } from './naive.ts';
import { sdkClients } from './sdk-clients.ts';

/**
 * The contenders as processes of their own, with dosebell's settings. `naive` is a service that listens nowhere. `ceiling`
 * sends what it is told by its parent (`Sizes`), answers it when that is done, and ends with it.
 */
if (process.argv[2] === 'naive') {
  await runProcess('naive', async (config) => {
    const { stop } = startNaive(config.databaseUrl, config.redisUrl, sdkClients(config));
    return { url: '', stop };
  });
} else {
  process.once('message', async (sizes: Sizes) => process.send?.(await sendBare(readConfig(process.env), sizes)));
}
