import type { App } from '#src/app.ts';
import { openSender } from '#src/callbacks/sender.ts';
import { type Stoppable, startLoop } from './loop.ts';

/** Tells tenants' own systems what happens. Any number may run: what one has taken the others leave alone. */
export function startCallbacks(app: App): Stoppable {
  const sender = openSender(app);
  const loop = startLoop(app, { name: 'callbacks', everyMs: app.config.schedule.tickMs, pass: () => sender.pass() });
  return {
    async stop() {
      await loop.stop();
      await sender.close();
    },
  };
}
