import { parseArgs } from 'node:util';
import { systemClock } from '../../clock.ts';
import { createTenant } from '../../store/tenants.ts';
import type { Command } from './command.ts';
import { inCapacity, readName, readSettings, TENANT_OPTIONS, TENANT_OPTIONS_HELP } from './tenant-settings.ts';

export const tenantCreateCommand: Command = {
  summary: 'make a tenant and print its API key',
  help: `dosebell tenant create NAME [options]
Makes a tenant and prints {"tenantId","apiKey"}. The key is shown once and kept only as a hash. Environment: DATABASE_URL.
${TENANT_OPTIONS_HELP}

Exit code: 0; 1 when it is refused or the name is taken; 2 when the command line is not understood.`,
  async run(args) {
    const { positionals, values } = parseArgs({ args, options: TENANT_OPTIONS, allowPositionals: true });
    const name = readName('tenant create', positionals);
    const settings = readSettings(values);
    const { tenantId, apiKey } = await inCapacity(
      { name, settings, acceptSlowFallback: values['accept-slow-fallback'] },
      (tx) => createTenant(tx, name, systemClock().now(), settings),
    );
    console.log(JSON.stringify({ tenantId, apiKey }));
    return 0;
  },
};
