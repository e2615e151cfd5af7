import { parseArgs } from 'node:util';
import { systemClock } from '../../clock.ts';
import { createTenant } from '../../store/tenants.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabase } from './database.ts';

export const tenantCreateCommand: Command = {
  summary: 'make a tenant and print its API key',
  help: `dosebell tenant create NAME
Makes a tenant and prints {"tenantId","apiKey"}. The key is shown once and kept only as a hash. Environment: DATABASE_URL.`,
  async run(args) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
    const [name, ...rest] = positionals;
    if (!name || rest.length > 0) throw new UsageError('tenant create needs one NAME (in quotes when it has spaces)');
    const { tenantId, apiKey } = await withDatabase((sql) => createTenant(sql, name, systemClock().now()));
    console.log(JSON.stringify({ tenantId, apiKey }));
    return 0;
  },
};
