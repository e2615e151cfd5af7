import { parseArgs } from 'node:util';
import { readTenant, setTenant } from '../../store/tenants.ts';
import type { Command } from './command.ts';
import { inCapacity, readName, readSettings, TENANT_OPTIONS, TENANT_OPTIONS_HELP } from './tenant-settings.ts';

export const tenantSetCommand: Command = {
  summary: "change a tenant's settings and print them",
  help: `dosebell tenant set NAME [options]
Changes what the options name and prints {"tenantId","name","weight","spreadSeconds","peakPerMinute"}; without options
it only prints. Environment: DATABASE_URL.
${TENANT_OPTIONS_HELP}

Exit code: 0; 1 when it is refused or there is no such tenant; 2 when the command line is not understood.`,
  async run(args) {
    const { positionals, values } = parseArgs({ args, options: TENANT_OPTIONS, allowPositionals: true });
    const name = readName('tenant set', positionals);
    const settings = readSettings(values);
    const tenant = await inCapacity(
      { name, settings, acceptSlowFallback: values['accept-slow-fallback'] },
      async (tx) => {
        if (Object.keys(settings).length > 0) await setTenant(tx, name, settings);
        return readTenant(tx, name);
      },
    );
    if (tenant === null) throw new Error(`there is no tenant "${name}"`);
    console.log(JSON.stringify(tenant));
    return 0;
  },
};
