import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataDir } from '../embedded/paths.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { dumpSchema } from '../store/dump-schema.ts';
import { migrate } from '../store/migrate.ts';
import { openPool } from '../store/pool.ts';

const HELP = `npm run schema
Writes src/store/schema.sql: what the migrations make of an empty database, on a private PostgreSQL that is thrown away.`;

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
if (values.help) console.log(HELP);
else await writeSchema(new URL('../store/schema.sql', import.meta.url));

async function writeSchema(file: URL): Promise<void> {
  const dir = mkdtempSync(join(dataDir(), 'schema-'));
  const postgres = await startPostgres({ dir: join(dir, 'data'), durable: false, logFile: join(dir, 'log') });
  try {
    const sql = openPool(postgres.url, { max: 1 });
    await migrate(sql);
    writeFileSync(file, await dumpSchema(sql));
    await sql.end();
    console.log('wrote src/store/schema.sql');
  } finally {
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
