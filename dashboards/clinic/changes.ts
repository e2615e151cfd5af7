import type { App } from '#src/app.ts';
import { caseMarks } from '#src/store/clinic.ts';

const EVERY_MS = 1000;

/** Someone who looks at a tenant's open cases. */
interface Listener {
  tenantId: string;
  /** The mark of the cases last told of; undefined until the first. */
  mark: string | undefined;
  /** At every look: the new mark, or null when nothing changed. */
  tick: (mark: string | null) => void;
}

/** Tells listeners when their tenant's open cases have changed. */
export interface Changes {
  /** The first tick always carries a mark. Returns what ends the listening. */
  listen(tenantId: string, tick: Listener['tick']): () => void;
}

/** One small query a second per process, for all listeners together, and none while nobody listens. */
export function watchCases(app: App): Changes {
  const listeners = new Set<Listener>();
  let running = false;

  const look = async () => {
    const asked = [...listeners];
    const marks = await caseMarks(app.sql, [...new Set(asked.map((listener) => listener.tenantId))]);
    for (const listener of asked) {
      const mark = marks.get(listener.tenantId) ?? 'none';
      listener.tick(mark === listener.mark ? null : mark);
      listener.mark = mark;
    }
  };
  const run = async () => {
    running = true;
    while (listeners.size > 0) {
      await look().catch((error: Error) => app.log.warn({ error: error.name }, 'open cases could not be looked at'));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS).unref());
    }
    running = false;
  };

  return {
    listen(tenantId, tick) {
      const listener = { tenantId, mark: undefined, tick };
      listeners.add(listener);
      if (!running) void run();
      return () => void listeners.delete(listener);
    },
  };
}
