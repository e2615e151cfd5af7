import type { App } from '#src/app.ts';

/** A part of a process that runs until it is stopped. `stop` waits for the work in hand. */
export interface Stoppable {
  stop(): Promise<void>;
}

/**
 * The one shape of every scheduler: `pass` runs at once, again right away while it says there is more, and otherwise
 * `everyMs` later. A pass that throws is logged and tried again at the next tick; loops never die.
 */
export function startLoop(
  app: App,
  { name, everyMs, pass }: { name: string; everyMs: number; pass: () => Promise<boolean> },
): Stoppable {
  let stopped = false;
  let wake: () => void = () => {};
  const run = async () => {
    while (!stopped) {
      const more = await onePass(app, name, pass);
      if (more || stopped) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();
  return {
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}

async function onePass(app: App, name: string, pass: () => Promise<boolean>): Promise<boolean> {
  const timed = app.metrics.loopSeconds.startTimer({ loop: name });
  try {
    return await pass();
  } catch (error) {
    app.metrics.loopErrors.inc({ loop: name });
    app.log.error(
      { loop: name, err: { message: (error as Error).message, stack: (error as Error).stack } },
      'pass failed',
    );
    return false;
  } finally {
    timed();
  }
}
