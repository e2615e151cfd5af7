import { parseArgs } from 'node:util';
import { dataDir } from '../embedded/paths.ts';
import { reset } from '../embedded/reset.ts';
import { StartError } from '../embedded/start-error.ts';

const HELP = `npm run reset
Empties .dosebell: the embedded PostgreSQL's and Redis's data, logs and keys. The downloaded Redis itself is kept.
A database of your own (DATABASE_URL, REDIS_URL) is not touched. Refused while dosebell is running here.`;

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(HELP);
  } else {
    const names = await reset(dataDir());
    console.log(names.length ? `emptied .dosebell: ${names.join(', ')}` : '.dosebell is already empty');
  }
} catch (error) {
  const plain = error instanceof StartError || (error instanceof Error && 'code' in error);
  console.error(plain ? error.message : error);
  process.exitCode = 1;
}
