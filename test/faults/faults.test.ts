import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownFolder } from '#loadtests/bench/stage.ts';
import { FAULTS } from './all.ts';
import { runFault } from './run.ts';
import { openServers, type Servers } from './servers.ts';

/** `npm run test:faults` runs them all, with more doses. */
const SHORT = FAULTS.filter(({ inTests }) => inTests);
const DOSES = 200;
const SEED = 5;
const SECONDS = 90;

let dir: string;
let servers: Servers;
beforeAll(async () => {
  dir = await ownFolder();
  servers = await openServers(dir);
});
afterAll(async () => {
  await servers?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test.each(SHORT)(
  '$name: nothing lost, nothing doubled',
  async (fault) => {
    const { lost, doubled, problems } = await runFault(servers, { ...fault, doses: DOSES }, SEED);
    expect({ lost, doubled, problems }).toEqual({ lost: 0, doubled: 0, problems: [] });
  },
  SECONDS * 1000,
);
