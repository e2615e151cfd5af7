import { afterAll, beforeEach, expect, it } from 'vitest';
import type { Channel } from '#channels/channel.ts';
import type { ChannelName } from '#src/domain/attempt.ts';
import { openPool } from '#src/store/pool.ts';
import { testApp } from '#test/helpers/app.ts';
import { channelDown, channelUp, closeRemovedSenders, tellIncident } from './incidents.ts';

const app = await testApp();
const lines: string[] = [];
const said = (level: string) => (_: object, text: string) => void lines.push(`${level} ${text}`);
const log = Object.assign(Object.create(app.log), { error: said('error'), info: said('info'), warn: said('warn') });

const pools = [openPool(app.config.databaseUrl, { max: 2 }), openPool(app.config.databaseUrl, { max: 2 })];
afterAll(() => Promise.all(pools.map((sql) => sql.end())));
/** Two processes. */
const [one, two] = pools.map((sql) => ({ ...app, sql, log })) as [typeof app, typeof app];
const rows = () => app.sql`SELECT kind, subject, closed_at IS NULL AS "isOpen" FROM incidents ORDER BY closed_at`;

beforeEach(async () => {
  app.clock.advance(3600);
  await app.sql`DELETE FROM incidents`;
  lines.length = 0;
});

it('many sights of a channel that is down are one row and one error line', async () => {
  await Promise.all(Array.from({ length: 200 }, (_, i) => channelDown(i % 2 === 0 ? one : two, 'sms')));
  expect(await rows()).toEqual([{ kind: 'channel_down', subject: 'sms', isOpen: true }]);
  expect(lines).toEqual(['error an incident has begun']);
  await Promise.all(Array.from({ length: 200 }, (_, i) => channelUp(i % 2 === 0 ? one : two, 'sms')));
  expect(await rows()).toEqual([{ kind: 'channel_down', subject: 'sms', isOpen: false }]);
  expect(lines).toEqual(['error an incident has begun', 'info an incident is over']);
});

it('telling what was told costs PostgreSQL nothing', async () => {
  await channelUp(one, 'push');
  await app.sql`INSERT INTO incidents (id, kind, subject, opened_at) VALUES (gen_random_uuid(), 'channel_down', 'push', now())`;
  app.clock.advance(29);
  await channelUp(one, 'push');
  expect(await rows()).toMatchObject([{ isOpen: true }]);
  app.clock.advance(1); // what another process left behind is tidied at last
  await channelUp(one, 'push');
  expect(await rows()).toMatchObject([{ isOpen: false }]);
});

it('down and up at once end as they were told', async () => {
  await Promise.all([channelDown(one, 'email'), channelUp(one, 'email'), channelDown(one, 'email')]);
  expect(await rows()).toMatchObject([{ isOpen: false }, { isOpen: true }]);
});

it('what could not be written is written the next time', async () => {
  const broken = openPool(app.config.databaseUrl, { max: 1 });
  await broken.end();
  const third = { ...one, sql: broken };
  await channelDown(third, 'sms');
  await channelDown(third, 'sms');
  expect(lines).toEqual(Array(2).fill('warn an incident could not be written'));
  expect(await rows()).toEqual([]);
});

it('a sender that is configured no more has no incident when a worker starts', async () => {
  const senders = ['a', 'b'].map((sender) => ({ provider: 'twilio', sender }) as Channel);
  const channels = new Map<ChannelName, Channel[]>([['sms', senders]]);
  for (const subject of ['twilio:a', 'twilio:gone']) await tellIncident(one, { kind: 'provider_down', subject }, true);
  await channelDown(one, 'sms');
  await channelDown(one, 'push');
  await closeRemovedSenders({ ...two, channels });
  const open = await app.sql`SELECT subject FROM incidents WHERE closed_at IS NULL ORDER BY subject`;
  expect(open.map(({ subject }) => subject)).toEqual(['sms', 'twilio:a']);
  expect(lines.slice(-2)).toEqual(Array(2).fill('info an incident is over: its sender was removed'));
});
