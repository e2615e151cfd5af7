import { overloadsOf } from '../../capacity/peak.ts';
import type { Capacity } from '../../capacity/senders.ts';
import { number } from '../../capacity/words.ts';
import type { Sql } from '../../store/pool.ts';
import { lockOtherPeaks, readTenant, type TenantSettings } from '../../store/tenants.ts';
import { withCapacity } from './capacity.ts';
import { UsageError, whole } from './command.ts';
import { withDatabase } from './database.ts';

/** The options of `tenant create` and `tenant set`, for `parseArgs`. */
export const TENANT_OPTIONS = {
  peak: { type: 'string' },
  weight: { type: 'string' },
  spread: { type: 'string' },
  'accept-slow-fallback': { type: 'boolean', default: false },
} as const;

export const TENANT_OPTIONS_HELP = `
  --peak N          doses it expects in its busiest minute, or "unknown". Refused with the arithmetic when these doses,
                    together with the peaks that other tenants have declared, cannot be reminded in time by the
                    default ladder if nobody answers. Needs all settings of the services (docs/settings.md), for the
                    senders and their rates
  --accept-slow-fallback  accept a peak whose first reminders are in time but whose further rungs are not
  --weight N        its share when there is not enough for all, 1 to 100, at first 1
  --spread SECONDS  first reminders of routine doses are spread over so many seconds, 0 to 300, at first 0`;

interface Values {
  peak?: string | undefined;
  weight?: string | undefined;
  spread?: string | undefined;
}

/** What the options ask for; what is not named is not in it. */
export function readSettings({ peak, weight, spread }: Values): Partial<TenantSettings> {
  return {
    ...(peak === undefined ? {} : { peakPerMinute: peak === 'unknown' ? null : whole('--peak', peak, 1, 100_000_000) }),
    ...(weight === undefined ? {} : { weight: whole('--weight', weight, 1, 100) }),
    ...(spread === undefined ? {} : { spreadSeconds: whole('--spread', spread, 0, 300) }),
  };
}

/** The one name among the arguments. */
export function readName(command: string, positionals: string[]): string {
  const [name, ...rest] = positionals;
  if (!name || rest.length > 0) throw new UsageError(`${command} needs one NAME (in quotes when it has spaces)`);
  return name;
}

/**
 * Runs `work` in a transaction in which the tenant's peak is known to fit. Throws, before anything is written, when it does
 * not; a peak that does not grow is not checked.
 */
export async function inCapacity<T>(
  {
    name,
    settings,
    acceptSlowFallback,
  }: { name: string; settings: Partial<TenantSettings>; acceptSlowFallback: boolean },
  work: (tx: Sql) => Promise<T>,
): Promise<T> {
  const peak = settings.peakPerMinute ?? null;
  if (peak === null) return withDatabase((sql) => sql.begin(work) as Promise<T>);
  return withCapacity(
    (app, capacity) =>
      app.sql.begin(async (tx) => {
        const others = await lockOtherPeaks(tx, name);
        const before = (await readTenant(tx, name))?.peakPerMinute ?? 0;
        if (peak > before) checkPeak({ peak, others, acceptSlowFallback }, capacity);
        return work(tx);
      }) as Promise<T>,
  );
}

function checkPeak(
  { peak, others, acceptSlowFallback }: { peak: number; others: number; acceptSlowFallback: boolean },
  capacity: Capacity,
): void {
  const overloads = overloadsOf(peak + others, capacity);
  if (overloads.length === 0) return;
  const lines = overloads.map(
    ({ rung, why }) => `  ${rung === 0 ? 'first reminder' : `rung ${rung + 1}, if nobody answers`}: ${why}.`,
  );
  const what =
    others === 0
      ? `${number(peak)} doses in a minute`
      : `${number(peak)} doses in a minute and the ${number(others)} that other tenants have declared`;
  if (acceptSlowFallback && overloads.every(({ rung }) => rung > 0)) {
    console.error([`dosebell: accepted, but ${what} cannot all be reminded in time:`, ...lines].join('\n'));
    return;
  }
  const hint = overloads.every(({ rung }) => rung > 0) ? ['  --accept-slow-fallback takes this knowingly.'] : [];
  throw new Error(
    [`refused, nothing was changed: ${what} cannot all be reminded in time`, ...lines, ...hint].join('\n'),
  );
}
