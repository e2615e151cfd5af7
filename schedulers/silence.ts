import type { App } from '#src/app.ts';
import { lookForSilence } from '#src/dispatch/silence.ts';
import { type Stoppable, startLoop } from './loop.ts';

/** Looks come a minute apart at least, whichever scheduler takes them; one that died is followed this soon. */
const EVERY_MS = 15_000;

/** Holds what should have rung against what left, for as long as the process lives (docs/silence.md). */
export function startSilence(app: App): Stoppable {
  const stopping = new AbortController();
  const pass = async () => {
    await lookForSilence(app, stopping.signal);
    return false;
  };
  const loop = startLoop(app, { name: 'silence', everyMs: EVERY_MS, pass });
  return {
    async stop() {
      stopping.abort();
      await loop.stop();
    },
  };
}
