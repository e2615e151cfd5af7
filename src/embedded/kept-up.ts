import type { Running } from './child.ts';

/** A part that dies this often within a minute has a reason that starting it again does not mend. */
const MOST_DEATHS = 5;
const MINUTE_MS = 60_000;

/**
 * Keeps a part up: whenever it ends by itself (a crash, `kill -9`) it is started again at once. `exited` tells of its last
 * death, when it died more than five times within a minute or could not be started again.
 */
export async function keptUp(
  name: string,
  start: () => Promise<Running>,
  say: (line: string) => void,
): Promise<Running> {
  let current = await start();
  let stopping = false;
  const deaths: number[] = [];

  async function watch(): Promise<string> {
    for (;;) {
      const why = await current.exited;
      const now = performance.now();
      deaths.push(now);
      const lately = deaths.filter((at) => now - at < MINUTE_MS).length;
      if (stopping || lately > MOST_DEATHS) return why;
      say(`${why.split(';')[0]}: started again`);
      try {
        current = await start();
      } catch (error) {
        return `${name} could not be started again: ${(error as Error).message}`;
      }
      if (stopping) await current.stop();
    }
  }

  const exited = watch();
  return {
    exited,
    async stop() {
      stopping = true;
      await current.stop();
      await exited;
    },
  };
}
