import { parseArgs } from 'node:util';
import { dataDir } from '../embedded/paths.ts';
import { StartError } from '../embedded/start-error.ts';
import { claimRun } from '../embedded/supervisor.ts';
import { type StartOptions, startEverything } from './start.ts';

const HELP = `npm start: sets everything up and plays a synthetic hospital's day in a minute

  npm start                     PostgreSQL, Redis, provider simulator, API, scheduler and worker; then the story,
                                live in the terminal; stays up and prints the links
  npm start -- --exit           the same story, then stops by itself; one JSON line last; exit 0 only if every dose is
                                accounted for and the providers' ledger agrees with ours message by message
  npm start -- --import FILE    your own patients and prescriptions instead of the story: JSON as POSTed to the API
                                ({"patients":[…],"prescriptions":[…]}) or a FHIR R4 resource or Bundle
  npm start -- --seconds N      the length of the story's day (default 60)
  npm start -- --patients N     only the first N patients of the story

Settings in the environment replace the embedded parts (docs/settings.md): DATABASE_URL, REDIS_URL, FCM_BASE_URL,
TWILIO_BASE_URL, SMTP_URL, PUBLIC_URL, PORT, … Data is kept in .dosebell/; npm run reset empties it.
`;

function readOptions(args: string[]): StartOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      exit: { type: 'boolean', default: false },
      import: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      patients: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  return {
    exit: values.exit,
    importFile: values.import,
    seconds: wholeNumber('--seconds', values.seconds, 10, 3600),
    patients: values.patients === undefined ? undefined : wholeNumber('--patients', values.patients, 1, 100_000),
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new StartError(`${name} ${text} must be a whole number from ${least} to ${most}`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(HELP);
  else {
    claimRun(dataDir());
    process.exitCode = await startEverything(options);
  }
} catch (error) {
  const { message, code = '' } = error as Error & { code?: string };
  if (!(error instanceof StartError) && !code.startsWith('ERR_PARSE_ARGS')) throw error;
  console.error(`dosebell: ${message}`);
  process.exitCode = 2;
}
