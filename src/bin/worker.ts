import { startCallbacks } from '#schedulers/callbacks.ts';
import { startRescue } from '#schedulers/rescue.ts';
import { closeDispatcher, openDispatcher } from '../dispatch/dispatcher.ts';
import { openInbox } from '../dispatch/inbox.ts';
import { closeRemovedSenders } from '../dispatch/incidents.ts';
import { startWorkers } from '../dispatch/workers.ts';
import { startWatchServer } from '../http/watch-server.ts';
import { runProcess } from '../process.ts';

/** Sends chunks, rescues those whose job was lost, and tells tenants' systems. Any number of workers share the queues. */
await runProcess('worker', async (config) => {
  const app = await openDispatcher('worker', config);
  const watch = await startWatchServer(app);
  openInbox(app);
  await closeRemovedSenders(app);
  const parts = [startWorkers(app), startRescue(app), startCallbacks(app)];
  return {
    url: watch.url,
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
      await watch.stop();
      await closeDispatcher(app);
    },
  };
});
