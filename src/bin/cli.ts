import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { makePartitionsAhead } from '../store/housekeeping.ts';
import { migrate } from '../store/migrate.ts';
import { openPool, type Pool } from '../store/pool.ts';
import { createTenant } from '../store/tenants.ts';

const HELP = `dosebell: the command line of a running installation

  dosebell migrate              bring the database's schema up to date
  dosebell tenant create NAME   make a tenant and print its API key (shown once, kept only as a hash)
  dosebell --help

Environment: DATABASE_URL (docs/settings.md lists all settings).
`;

/** Every command: what it needs and what it does. Returns what to print. */
const COMMANDS: Record<string, (sql: Pool, args: string[]) => Promise<string>> = {
  migrate: async (sql) => {
    const applied = await migrate(sql);
    await makePartitionsAhead(sql, systemClock().now());
    return applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`;
  },
  'tenant create': async (sql, [name]) => {
    if (!name) throw new UsageError('tenant create needs a NAME');
    const { tenantId, apiKey } = await createTenant(sql, name, systemClock().now());
    return JSON.stringify({ tenantId, apiKey });
  },
};

class UsageError extends Error {}

async function main(args: string[]): Promise<number> {
  const { positionals, values } = parseArgs({ args, options: { help: { type: 'boolean' } }, allowPositionals: true });
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const name = Object.keys(COMMANDS).find((known) => known === positionals.slice(0, known.split(' ').length).join(' '));
  const command = name === undefined ? undefined : COMMANDS[name];
  if (command === undefined || name === undefined) throw new UsageError(`unknown command "${positionals.join(' ')}"`);
  const url = process.env.DATABASE_URL;
  if (!url) throw new UsageError('DATABASE_URL is not set');
  const sql = openPool(url, { max: 2 });
  try {
    console.log(await command(sql, positionals.slice(name.split(' ').length)));
    return 0;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error & { code?: string }) => {
    const usage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
    console.error(`dosebell: ${error.message}${usage ? ' (dosebell --help)' : ''}`);
    process.exitCode = usage ? 2 : 1;
  },
);
