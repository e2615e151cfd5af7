import { parseArgs } from 'node:util';
import { writeBackup } from '../../store/backup.ts';
import { serverTime } from '../../store/server-time.ts';
import { backupPath, tell, writeFileWhole } from './backup-file.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabase } from './database.ts';

export const backupCommand: Command = {
  summary: 'write all of the database into one file',
  help: `dosebell backup FILE|DIR
Writes every table, as all were at one moment, into one packed file while the service runs. The file appears under its name
when it is whole; in a folder it is named by the moment. Prints {"file","takenAt","tables","rows"}. What is encrypted in
the database is encrypted in the file: keep DATA_KEYS and TOKEN_SECRET elsewhere. Environment: DATABASE_URL.

Exit code: 0; 1 when it could not be written (no file is left); 2 when the command line is not understood.`,
  async run(args) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
    const [target, ...rest] = positionals;
    if (!target || rest.length > 0) throw new UsageError('backup needs one FILE or DIR');
    await withDatabase(async (sql) => {
      const file = backupPath(target, new Date(await serverTime(sql)));
      const result = await writeFileWhole(file, (sinks) => writeBackup(sql, sinks, tell));
      console.log(JSON.stringify({ file, ...result }));
    });
    return 0;
  },
};
