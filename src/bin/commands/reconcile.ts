import { parseArgs } from 'node:util';
import type { App } from '../../app.ts';
import { type Asked, askProviders, withProviders } from '../../dispatch/ask-providers.ts';
import { dayOf, isDay, plusDays, reconcile } from '../../reports/proof.ts';
import type { AccountScope } from '../../store/ledger.ts';
import type { Pool } from '../../store/pool.ts';
import { serverTime } from '../../store/server-time.ts';
import { tenantNames } from '../../store/tenants.ts';
import { withApp } from './capacity.ts';
import { type Command, UsageError, whole } from './command.ts';
import { withDatabase } from './database.ts';
import { type Found, reconcileJson, reconcileText } from './reconcile-text.ts';

const DEFAULT_DAYS = 7;
const MOST_DAYS = 3660;
/** From this many days on, progress is told. */
const LONG_DAYS = 14;
const MOST_ASKED = 100_000;

export const reconcileCommand: Command = {
  summary: 'prove that every due dose is accounted for',
  help: `dosebell reconcile [--from DATE] [--to DATE] [--tenant NAME] [--ask-providers] [--json]
Counts the doses of each tenant by outcome and holds each against the rows around it: due = taken + skipped + missed +
undelivered + excluded + open, and what is left over is itemised as unaccounted. Then the messages by channel and state, with
those whose fate nobody knows (docs/accounting.md). It changes nothing and sends nothing. Environment: DATABASE_URL.

  --from DATE       the first local date, default ${DEFAULT_DAYS} days before --to
  --to DATE         the first local date that is not in it any more, default tomorrow (UTC)
  --tenant NAME     of this tenant only
  --ask-providers   look our messages up at their providers, where those can be asked, the newest first. Needs all settings of
                    the services (docs/settings.md)
  --ask-most N      look up at most N messages, 1 to ${MOST_ASKED}, default 1000
  --json            one JSON object a line: {"kind":"tenant",…} for each tenant, then each "unaccounted" dose, "unknown" message
                    and "disagreement", and {"kind":"total",…} last

Exit code: 0 when every dose is accounted for and no provider disagrees; 1 otherwise; 2 when the command line is not understood.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        tenant: { type: 'string' },
        'ask-providers': { type: 'boolean', default: false },
        'ask-most': { type: 'string', default: '1000' },
        json: { type: 'boolean', default: false },
      },
    });
    const most = whole('--ask-most', values['ask-most'], 1, MOST_ASKED);
    const found = values['ask-providers']
      ? await withApp((app) => reconciled(app.sql, values, (scope) => asked(app, scope, most)))
      : await withDatabase((sql) => reconciled(sql, values, async () => null));
    console.log(values.json ? reconcileJson(found) : reconcileText(found));
    return found.total.doses.unaccounted === 0 && (found.asked?.disagreements.length ?? 0) === 0 ? 0 : 1;
  },
};

async function reconciled(
  sql: Pool,
  values: { from?: string | undefined; to?: string | undefined; tenant?: string | undefined },
  ask: (scope: AccountScope) => Promise<Asked | null>,
): Promise<Found> {
  const now = new Date(await serverTime(sql));
  const period = readPeriod(values, now);
  const tenants = await tenantNames(sql, values.tenant ?? null);
  if (values.tenant !== undefined && tenants.length === 0)
    throw new UsageError(`there is no tenant "${values.tenant}"`);
  const scope = { ...period, now, tenantIds: tenants.map(({ id }) => id) };
  const isLong = plusDays(scope.from, LONG_DAYS) < scope.to;
  const onDay = (day: string) => {
    if (isLong) console.error(`reconcile: ${day} is done, to ${plusDays(scope.to, -1)}`);
  };
  const found = await reconcile(sql, scope, { onDay });
  return { ...found, period, now, names: new Map(tenants.map(({ id, name }) => [id, name])), asked: await ask(scope) };
}

function readPeriod(values: { from?: string | undefined; to?: string | undefined }, now: Date) {
  const to = readDate('--to', values.to) ?? plusDays(dayOf(now), 1);
  const from = readDate('--from', values.from) ?? plusDays(to, -DEFAULT_DAYS);
  if (from >= to) throw new UsageError('--from must be before --to, which is the first date that is not in the period');
  if (plusDays(from, MOST_DAYS) < to) throw new UsageError(`the period must be at most ${MOST_DAYS} days`);
  return { from, to };
}

function readDate(option: string, text: string | undefined): string | undefined {
  if (text !== undefined && !isDay(text)) throw new UsageError(`${option} must be a date such as 2026-11-23`);
  return text;
}

/** Day by day from the newest, until `most` were looked up. */
async function asked(app: App, scope: AccountScope, most: number): Promise<Asked> {
  const sum: Asked = { asked: 0, unanswered: 0, disagreements: [] };
  await withProviders(app, async (asker) => {
    for (let to = scope.to; to > scope.from && sum.asked < most; to = plusDays(to, -1)) {
      const day = await askProviders(asker, { ...scope, from: plusDays(to, -1), to }, most - sum.asked);
      sum.asked += day.asked;
      sum.unanswered += day.unanswered;
      sum.disagreements.push(...day.disagreements);
    }
  });
  return sum;
}
