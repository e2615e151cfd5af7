import type { App } from '../app.ts';
import { atScrape } from '../metrics.ts';
import { lastLook } from '../store/silence.ts';

/** A scrape waits no longer for PostgreSQL. */
const PATIENCE_MS = 2000;

/**
 * Has this process tell how long ago the dead-man's switch last looked, from the row that any scheduler writes: a process
 * that is dead cannot tell, another one does. Absent while PostgreSQL does not answer, and before the first look.
 */
export function exposeSilenceAge({ sql, clock, metrics: { silenceChecked } }: App): void {
  atScrape(silenceChecked, async () => {
    const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null).unref());
    const checkedAt = await Promise.race([lastLook(sql).catch(() => null), late]);
    if (checkedAt === null) silenceChecked.remove();
    else silenceChecked.set((clock.now().getTime() - checkedAt.getTime()) / 1000);
  });
}
