import { parseArgs } from 'node:util';
import { systemClock } from '../../clock.ts';
import { makePartitionsAhead } from '../../store/housekeeping.ts';
import { migrate } from '../../store/migrate.ts';
import type { Command } from './command.ts';
import { withDatabase } from './database.ts';

export const migrateCommand: Command = {
  summary: "bring the database's schema up to date",
  help: `dosebell migrate
Applies the migrations that are missing and makes the partitions ahead. Safe to repeat and to run at once from several
machines. Environment: DATABASE_URL.`,
  async run(args) {
    parseArgs({ args, options: {} });
    const applied = await withDatabase(async (sql) => {
      const names = await migrate(sql);
      await makePartitionsAhead(sql, systemClock().now());
      return names;
    });
    console.log(applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`);
    return 0;
  },
};
