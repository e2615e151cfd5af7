import { type Command, isUsageError, UsageError } from './commands/command.ts';

/** Every command, loaded only when it is asked for: `expand` starts without the database's client. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  expand: async () => (await import('./commands/expand.ts')).expandCommand,
  understand: async () => (await import('./commands/understand.ts')).understandCommand,
  preview: async () => (await import('./commands/preview.ts')).previewCommand,
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand,
  'tenant create': async () => (await import('./commands/tenant-create.ts')).tenantCreateCommand,
  'tenant set': async () => (await import('./commands/tenant-set.ts')).tenantSetCommand,
  reconcile: async () => (await import('./commands/reconcile.ts')).reconcileCommand,
  dlq: async () => (await import('./commands/dlq.ts')).dlqCommand,
  backup: async () => (await import('./commands/backup.ts')).backupCommand,
  restore: async () => (await import('./commands/restore.ts')).restoreCommand,
  texts: async () => (await import('./commands/texts.ts')).textsCommand,
  forecast: async () => (await import('./commands/forecast.ts')).forecastCommand,
};

async function main(args: string[]): Promise<number> {
  if (args.length === 0 || args[0] === '--help' || args[0] === '-h') {
    console.log(await overview());
    return args.length === 0 ? 2 : 0;
  }
  const name = Object.keys(COMMANDS).find((known) => known === args.slice(0, known.split(' ').length).join(' '));
  const load = name === undefined ? undefined : COMMANDS[name];
  if (load === undefined || name === undefined) throw new UsageError(`unknown command "${args.join(' ')}"`);
  const command = await load();
  const rest = args.slice(name.split(' ').length);
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(command.help);
    return 0;
  }
  return command.run(rest);
}

async function overview(): Promise<string> {
  const names = Object.keys(COMMANDS);
  const width = Math.max(...names.map((name) => name.length));
  const lines = await Promise.all(
    names.map(async (name) => `  dosebell ${name.padEnd(width)}  ${(await COMMANDS[name]?.())?.summary}`),
  );
  return ['dosebell: the command line', '', ...lines, '', 'dosebell COMMAND --help tells more of each.'].join('\n');
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    const usage = isUsageError(error);
    console.error(`dosebell: ${error.message}${usage ? ' (dosebell --help)' : ''}`);
    process.exitCode = usage ? 2 : 1;
  },
);
