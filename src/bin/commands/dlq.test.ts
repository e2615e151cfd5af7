import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ladderPass } from '#schedulers/ladder.ts';
import { dueNow, letters, mend, poisonPolicy } from '#test/helpers/dead-letters.ts';
import { testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import { UsageError } from './command.ts';
import { dlqCommand } from './dlq.ts';

const app = await testDispatcher();
const DUE = new Date('2026-11-23T13:00:00Z');
let prescriptions: string[] = [];

beforeEach(async () => {
  await clear(app);
  await app.sql`TRUNCATE dead_letters, incidents`;
  vi.stubEnv('DATABASE_URL', app.config.databaseUrl);
  app.clock.set('2026-11-23T12:00:00Z');
  prescriptions = await dueNow(app, 2, DUE);
  // The command's clock is the server's: these windows are open by it.
  await app.sql`UPDATE doses SET window_ends_at = greatest(now(), ${DUE}::timestamptz) + interval '1 hour'`;
  for (const id of prescriptions) await poisonPolicy(app, id);
  for (const seconds of [0, 10, 30, 70, 150]) {
    app.clock.set(new Date(DUE.getTime() + seconds * 1000));
    while (await ladderPass(app));
  }
});
afterEach(() => vi.unstubAllEnvs());

async function run(...args: string[]) {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {});
  const err = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const code = await dlqCommand.run(args);
    const rows = out.mock.calls.map(([line]) => JSON.parse(line));
    return { code, rows, errors: err.mock.calls.map(([line]) => String(line)) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

describe('dosebell dlq', () => {
  test('lists what waits for somebody, and shows one', async () => {
    const { code, rows } = await run('list', '--tenant', 'Test hospital');
    expect([code, rows.map(({ state, reason }) => [state, reason])]).toEqual([
      0,
      [
        ['quarantined', 'TypeError'],
        ['quarantined', 'TypeError'],
      ],
    ]);
    expect((await run('list', '--state', 'dropped')).rows).toEqual([]);
    expect(await run('show', rows[0].id)).toMatchObject({ code: 0, rows: [rows[0]] });
  });

  test('redrives all of a tenant, each once, and what is not there is told', async () => {
    for (const id of prescriptions) await mend(app, id);
    expect(await run('redrive', '--all', '--tenant', 'Test hospital')).toMatchObject({ code: 0, rows: [{}, {}] });
    expect(await run('redrive', '--all', '--tenant', 'Test hospital')).toMatchObject({ code: 0, rows: [] });
    await app.sql`UPDATE doses SET next_action_at = ${app.clock.now()}`;
    await driveTo(app, app.clock.now());
    expect(app.scripted.push.sent).toHaveLength(2);
    const [first] = await letters(app);
    const gone = '019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4';
    const { code, rows, errors } = await run('redrive', gone, first?.id);
    expect([code, rows.length, errors.length]).toEqual([1, 1, 1]);
    expect(errors[0]).toContain(gone);
  });

  test('refuses after the window, with the moment and the outcome, and goes on with the others', async () => {
    const [first, second] = await letters(app);
    await app.sql`UPDATE doses SET window_ends_at = '2020-01-01T09:00:00Z' WHERE id = ${first?.subject}`;
    const { code, rows, errors } = await run('redrive', first?.id, second?.id);
    expect([code, rows.map(({ id }) => id)]).toEqual([1, [second?.id]]);
    expect(errors[0]).toContain('closed at 2020-01-01T09:00:00.000Z, and the dose is open');
  });

  test('drops', async () => {
    const [first] = await letters(app);
    expect(await run('drop', first?.id)).toMatchObject({ code: 0, rows: [{ state: 'dropped' }] });
    expect((await letters(app)).map(({ state }) => state)).toEqual(['dropped', 'quarantined']);
  });

  test.each([
    [[], 'list, show, redrive, drop'],
    [['toString'], 'list, show, redrive, drop'],
    [['show'], 'needs an ID'],
    [['show', 'x'], '"x"'],
    [['list', '--state', 'gone'], '--state'],
    [['list', '--all'], '--all'],
    [['redrive', '--all'], '--tenant'],
    [['redrive', '--state', 'failing'], '--state'],
    [['show', '--all', '--tenant', 'x'], '--all'],
  ])('%j is not understood', async (args, words) => {
    const error = await dlqCommand.run(args).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(words);
  });
});
