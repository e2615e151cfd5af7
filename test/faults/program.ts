import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { ownFolder, say } from '#loadtests/bench/stage.ts';
import { runSupervised } from '#src/embedded/supervisor.ts';
import { openServers, type Servers } from './servers.ts';

/** What a run has to tell: `result` becomes the last line on stdout, and any problem makes it fail. */
export interface Played {
  result: Record<string, unknown>;
  problems: string[];
}

/**
 * Plays on servers of its own and ends the process: the result as one JSON line, exit 0 when `problems` is empty, else 1. The
 * folder goes with a good run; a bad one leaves its logs.
 */
export async function onServers(play: (servers: Servers) => Promise<Played>): Promise<never> {
  const dir = await ownFolder();
  let servers: Servers | undefined;
  let played: Played | undefined;
  const code = await runSupervised({
    parts: [
      {
        name: 'servers',
        async start() {
          servers = await openServers(dir);
          return { stop: servers.stop, exited: new Promise(() => {}) }; // a fault may end any of them
        },
      },
    ],
    say,
    async main() {
      played = await play(servers as Servers);
      for (const problem of played.problems) say(`PROBLEM: ${problem}`);
      return played.problems.length > 0 ? 1 : 0;
    },
  });
  if (code === 0) rmSync(dir, { recursive: true, force: true });
  else say(`the logs are in ${relative('', dir)}`);
  if (played !== undefined) console.log(JSON.stringify(played.result));
  process.exit(code);
}
