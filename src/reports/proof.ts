import type { AttemptState, ChannelName } from '../domain/attempt.ts';
import {
  type AccountScope,
  type Accounts,
  doseAccounts,
  type MessageCount,
  messageCounts,
  OUTCOMES,
  type UnaccountedDose,
  type UnknownMessage,
  unaccountedOf,
  unknownMessages,
} from '../store/ledger.ts';
import type { Sql } from '../store/pool.ts';
import type { Proof } from '../store/proofs.ts';

const DAY_MS = 86_400_000;
/** A local date ends last at UTC-12, its longest window a day later, and messages under way hold an end back by minutes. */
const OVER_MS = (24 + 12 + 24) * 3_600_000 + 10 * 60_000;

/** When a local date is over everywhere, with the windows of all its doses: from then on it can be proved. */
export function provableAt(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) + OVER_MS);
}

/** The newest local date that can be proved at `now`. */
export function lastProvable(now: Date): string {
  return dayOf(new Date(now.getTime() - OVER_MS));
}

/** The day `days` after `day`. */
export function plusDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS));
}

/** Whether the text is a date that exists, of the years 1 to 9999. */
export function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= '0001' && !Number.isNaN(at.getTime()) && dayOf(at) === text;
}

/** The UTC date of an instant. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

export type MessageTable = Partial<Record<ChannelName, Partial<Record<AttemptState, number>>>>;

/** One tenant's accounts of a period. */
export interface TenantAccounts {
  tenantId: string;
  doses: Accounts;
  messages: MessageTable;
}

export interface Reconciliation {
  /** Of every tenant asked for, in that order. */
  tenants: TenantAccounts[];
  total: Omit<TenantAccounts, 'tenantId'>;
  /** The first of them, as many as were asked for; `total` has how many there are. */
  unaccounted: UnaccountedDose[];
  unknown: UnknownMessage[];
}

/** Doses and messages itemised at most, of each kind. */
const MOST_ITEMS = 1000;

/** The accounts of a period, read day by day; `onDay` is told of each when it is done. */
export async function reconcile(
  sql: Sql,
  scope: AccountScope,
  { most = MOST_ITEMS, onDay = () => {} }: { most?: number; onDay?: (day: string) => void } = {},
): Promise<Reconciliation> {
  const tenants = new Map(scope.tenantIds.map((tenantId) => [tenantId, emptyAccounts(tenantId)]));
  const total = emptyAccounts('');
  const unaccounted: UnaccountedDose[] = [];
  const unknown: UnknownMessage[] = [];
  const columns = (tenantId: string) => [tenants.get(tenantId) as TenantAccounts, total];
  for (let day = scope.from; day < scope.to; day = plusDays(day, 1)) {
    const today = { ...scope, from: day, to: plusDays(day, 1) };
    for (const row of await doseAccounts(sql, today)) for (const to of columns(row.tenantId)) addDoses(to.doses, row);
    for (const row of await messageCounts(sql, today))
      for (const to of columns(row.tenantId)) addMessages(to.messages, row);
    if (total.doses.unaccounted > unaccounted.length)
      unaccounted.push(...(await unaccountedOf(sql, today, most - unaccounted.length)));
    if (unknownIn(total.messages) > unknown.length)
      unknown.push(...(await unknownMessages(sql, today, most - unknown.length)));
    onDay(day);
  }
  return { tenants: [...tenants.values()], total, unaccounted, unknown };
}

/** One local date's proofs, of each of the tenants: also of one without doses. */
export async function proofsOf(sql: Sql, want: { tenantIds: string[]; day: string; now: Date }): Promise<Proof[]> {
  const { day, now } = want;
  const { tenants } = await reconcile(sql, { ...want, from: day, to: plusDays(day, 1) }, { most: 0 });
  return tenants.map(({ tenantId, doses, messages }) => ({
    tenantId,
    day,
    ...doses,
    unknown: unknownIn(messages),
    madeAt: now,
  }));
}

/** How many messages there are whose fate nobody knows. */
export function unknownIn(messages: MessageTable): number {
  return Object.values(messages).reduce((sum, states) => sum + (states.unknown ?? 0), 0);
}

function emptyAccounts(tenantId: string): TenantAccounts {
  const none = Object.fromEntries(['due', ...OUTCOMES].map((name) => [name, 0]));
  return { tenantId, doses: none as Accounts, messages: {} };
}

function addDoses(to: Accounts, row: Accounts): void {
  for (const name of ['due', ...OUTCOMES] as const) to[name] += row[name];
}

function addMessages(to: MessageTable, { channel, state, count }: MessageCount): void {
  const states = to[channel] ?? {};
  to[channel] = { ...states, [state]: (states[state] ?? 0) + count };
}
