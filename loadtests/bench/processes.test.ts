import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cpuSeconds, peakRssMb } from './processes.ts';

/** Until so much CPU time is used, however long a busy machine takes to give it. */
const BUSY = 'let used; do used = process.cpuUsage(); while (used.user + used.system < 300_000); ';

test.skipIf(!existsSync('/proc/self/stat'))(
  'CPU seconds grow with the work of the process, of a child at work, and of one that has ended',
  async () => {
    const ended = `require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(BUSY)}]);`;
    const parent = spawn(process.execPath, ['-e', `${BUSY}${ended} console.log('done'); setTimeout(() => {}, 60_000)`]);
    await once(parent.stdout, 'data');
    const pid = parent.pid as number;
    expect(cpuSeconds([pid])).toBeGreaterThan(0.55);
    expect(cpuSeconds([process.pid])).toBeGreaterThan(cpuSeconds([pid]) as number);
    expect(peakRssMb(pid)).toBeGreaterThan(10);
    parent.kill();
    await once(parent, 'exit');
    expect([cpuSeconds([pid]), peakRssMb(pid)]).toEqual([null, null]);
  },
);
