import { deployFaults } from './deploy-faults.ts';
import type { Fault } from './fault.ts';
import { postgresFaults } from './postgres-faults.ts';
import { processFaults } from './process-faults.ts';
import { providerFaults } from './provider-faults.ts';
import { redisFaults } from './redis-faults.ts';
import { timeFaults } from './time-faults.ts';

/** Every fault, in the order of docs/reliability.md. */
export const FAULTS: readonly Fault[] = [
  ...processFaults,
  ...providerFaults,
  ...deployFaults,
  ...redisFaults,
  ...postgresFaults,
  ...timeFaults,
];
