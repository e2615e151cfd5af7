import { beforeEach, expect, test } from 'vitest';
import { testApp } from '#test/helpers/app.ts';
import { uuidv7 } from '../domain/ids.ts';
import { type Chunk, insertChunks, overdueChunks, waitingTurns } from './chunks.ts';

const { sql, clock } = await testApp();
const now = clock.now();
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

beforeEach(async () => {
  await sql`TRUNCATE chunks`;
});

const chunk = (given: Partial<Chunk>): Chunk => ({
  id: uuidv7(now),
  channel: 'push',
  critical: false,
  size: 1,
  readyAt: ago(5),
  expiresAt: ago(-60),
  turn: 1,
  ...given,
});

test('a long queue of one channel hides no chunk of another, and critical ones come first', async () => {
  const sms = Array.from({ length: 20 }, (_, i) => chunk({ channel: 'sms', turn: i + 1 }));
  const push = chunk({ turn: 500 });
  const critical = chunk({ channel: 'email', critical: true });
  await insertChunks(sql, [...sms, push, critical, chunk({ readyAt: ago(-1) })], now);
  const overdue = await overdueChunks(sql, now, 3);
  expect(overdue.map(({ channel, turn }) => [channel, turn])).toEqual([
    ['email', 1],
    ['sms', 1],
    ['sms', 2],
    ['sms', 3],
    ['push', 500],
  ]);
  expect(overdue[0]).toEqual(critical);
});

test('what is being sent now is the first turn that waits, of each channel that has one', async () => {
  const later = chunk({ turn: 2, readyAt: ago(-60) });
  await insertChunks(
    sql,
    [chunk({ turn: 9 }), chunk({ turn: 7 }), chunk({ channel: 'sms', critical: true }), later],
    now,
  );
  expect(await waitingTurns(sql, now)).toEqual(new Map([['push', 7]]));
});
