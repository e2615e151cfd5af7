import { accountOf, type Channel } from '#channels/channel.ts';
import type { App } from '../app.ts';
import type { ChannelName } from '../domain/attempt.ts';
import {
  closeIncident,
  closeIncidents,
  type Incident,
  openIncident,
  openIncidents,
  type TenantIncident,
} from '../store/incidents.ts';
import type { Pool } from '../store/pool.ts';

type Told = Pick<App, 'sql' | 'log' | 'clock'>;

/** What this process has told PostgreSQL. */
interface Book {
  told: Map<string, { isDown: boolean; at: number }>;
  /** Rows are written one after another, so that "up" never overtakes "down". */
  writing: Promise<void>;
}
const books = new WeakMap<Pool, Book>();

/** Told again after this long: it heals what another process wrote meanwhile, or died before it wrote. */
const REMEMBERED_MS = 30_000;

/** No sender of the channel is well. To be told as often as it is seen. */
export const channelDown = (app: Told, channel: ChannelName): Promise<void> =>
  tellIncident(app, { kind: 'channel_down', subject: channel }, true);

/** A sender of the channel is well: a probe is no such sight yet. To be told as often as it is seen. */
export const channelUp = (app: Told, channel: ChannelName): Promise<void> =>
  tellIncident(app, { kind: 'channel_down', subject: channel }, false);

/**
 * Tells that something is down, or not (any more). One row and one log line at each change, however many processes tell it;
 * costs nothing in between. Never rejects: what could not be written is written when it is told again.
 */
export async function tellIncident(app: Told, incident: Incident, isDown: boolean): Promise<void> {
  const book = bookOf(app.sql);
  const key = `${incident.kind} ${incident.subject}`;
  const known = book.told.get(key);
  const now = app.clock.now().getTime();
  if (known?.isDown === isDown && now - known.at < REMEMBERED_MS) return;
  book.told.set(key, { isDown, at: now });
  book.writing = book.writing
    .then(() => write(app, incident, isDown))
    .catch((error: Error) => {
      book.told.delete(key);
      app.log.warn({ incident, reason: error.message }, 'an incident could not be written');
    });
  await book.writing;
}

/**
 * Closes what was told of senders and channels that are not configured any more: no good message of theirs will. To be called
 * once when a worker starts; another one that still has the sender tells again.
 */
export async function closeRemovedSenders({
  sql,
  log,
  clock,
  channels,
}: { channels: Map<ChannelName, Channel[]> } & Told): Promise<void> {
  const configured = {
    provider_down: new Set<string>([...channels.values()].flat().map(accountOf)),
    channel_down: new Set<string>(channels.keys()),
  };
  const removed = (await openIncidents(sql)).filter(
    ({ kind, subject }) => kind in configured && !configured[kind as keyof typeof configured].has(subject),
  );
  for (const incident of await closeIncidents(sql, removed, clock.now()))
    log.info({ incident }, 'an incident is over: its sender was removed');
}

function bookOf(sql: Pool): Book {
  const book = books.get(sql) ?? { told: new Map(), writing: Promise.resolve() };
  books.set(sql, book);
  return book;
}

async function write({ sql, log, clock }: Told, incident: Incident, isDown: boolean): Promise<void> {
  const now = clock.now();
  if (isDown) {
    if (await openIncident(sql, incident, now)) logBegun(log, [incident]);
  } else if (await closeIncident(sql, incident, now)) logOver(log, [incident]);
}

/** One line for each incident that a change of rows began. */
export function logBegun(log: App['log'], incidents: (Incident | TenantIncident)[]): void {
  for (const incident of incidents) log.error({ incident }, 'an incident has begun');
}

/** One line for each incident that a change of rows ended. */
export function logOver(log: App['log'], incidents: Incident[]): void {
  for (const incident of incidents) log.info({ incident }, 'an incident is over');
}
