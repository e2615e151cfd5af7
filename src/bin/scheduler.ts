import { startBuckets } from '#schedulers/buckets.ts';
import { startForecast } from '#schedulers/forecast.ts';
import { startGauges } from '#schedulers/gauges.ts';
import { startHorizon } from '#schedulers/horizon.ts';
import { housekeepingPass, startHousekeeping } from '#schedulers/housekeeping.ts';
import { startLadder } from '#schedulers/ladder.ts';
import { startProofs } from '#schedulers/proofs.ts';
import { startSilence } from '#schedulers/silence.ts';
import { closeDispatcher, openDispatcher } from '../dispatch/dispatcher.ts';
import { startWatchServer } from '../http/watch-server.ts';
import { runProcess } from '../process.ts';

/** Plans, claims and walks the doses. Several may run at once: rows are locked by one at a time. */
await runProcess('scheduler', async (config) => {
  const app = await openDispatcher('scheduler', config);
  await housekeepingPass(app); // the partitions must be there before the first dose
  const watch = await startWatchServer(app);
  const parts = [
    startHousekeeping(app),
    startHorizon(app),
    startBuckets(app),
    startLadder(app),
    startGauges(app),
    startSilence(app),
    startForecast(app),
    startProofs(app),
  ];
  return {
    url: watch.url,
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
      await watch.stop();
      await closeDispatcher(app);
    },
  };
});
