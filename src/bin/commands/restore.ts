import { parseArgs } from 'node:util';
import { type App, closeApp, openApp } from '../../app.ts';
import { plusSeconds } from '../../clock.ts';
import { readConfig } from '../../config.ts';
import { planRows } from '../../dispatch/plan.ts';
import { checkBackup, isEmptyDatabase, loadBackup } from '../../store/backup-load.ts';
import { makeSafe } from '../../store/backup-safe.ts';
import { claimToPlan } from '../../store/horizon.ts';
import { makePartitionsAhead } from '../../store/housekeeping.ts';
import type { Sql } from '../../store/pool.ts';
import { readFileUnpacked, tell } from './backup-file.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabase } from './database.ts';

const BATCH = 500;
const DAY_SECONDS = 24 * 3600;

export const restoreCommand: Command = {
  summary: 'load a backup into an empty database',
  help: `dosebell restore FILE
Checks the file, loads it into the database, which must be empty, and brings the schema up to date. Doses that were due by
now and had no outcome in the backup are not reminded again: they end as undelivered, reason "restored", critical ones with
a case (docs/backup.md). All or nothing: what fails leaves the database empty. No service may run on the database.
Prints {"takenAt","restoredAt","rows","doses","messages","cases"}. Environment: all settings of the services.

Exit code: 0; 1 when it could not be restored; 2 when the command line is not understood.`,
  async run(args) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
    const [file, ...rest] = positionals;
    if (!file || rest.length > 0) throw new UsageError('restore needs one FILE');
    await withDatabase(async (sql) => {
      if (!(await isEmptyDatabase(sql))) {
        throw new Error(
          'the database has tables already: make an empty one (CREATE DATABASE …) and set DATABASE_URL to it',
        );
      }
      const open = () => readFileUnpacked(file);
      const header = await checkBackup(open);
      tell(`${file} is whole: taken at ${header.takenAt}, ${header.rows} rows`);
      const app = await openApp('restore', readConfig(process.env));
      try {
        const done = await loadBackup(sql, { header, open, tell }, async (tx) => {
          const now = app.clock.now();
          await makePartitions(tx, new Date(header.takenAt), now);
          await planTo(tx, app, now);
          return { restoredAt: now, ...(await makeSafe(tx, { takenAt: header.takenAt, now })) };
        });
        console.log(JSON.stringify({ takenAt: header.takenAt, rows: header.rows, ...done }));
      } finally {
        await closeApp(app);
      }
    });
    return 0;
  },
};

/** For the doses between the backup and now, and those ahead. */
async function makePartitions(tx: Sql, takenAt: Date, now: Date): Promise<void> {
  for (let at = takenAt; at < now; at = plusSeconds(at, 28 * DAY_SECONDS)) await makePartitionsAhead(tx, at);
  await makePartitionsAhead(tx, now);
}

/** A backup older than the horizon lacks doses that were due, and sent, since: they are planned, so that they are accounted for. */
async function planTo(tx: Sql, app: App, now: Date): Promise<void> {
  for (;;) {
    const rows = await claimToPlan(tx, plusSeconds(now, DAY_SECONDS), BATCH);
    await planRows(app, tx, rows);
    if (rows.length < BATCH) return;
  }
}
