import { createServer } from 'node:net';
import { StartError } from './start-error.ts';

/** How many ports above the preferred one are tried. */
const STEPS = 100;
const handedOut = new Set<number>();

/**
 * A free TCP port: `preferred`, else the next one above it that is free; with no preference any free one.
 * Never the same port twice in one process, so that two parts can choose before either listens.
 * @param say told, in one line, when the preferred port was taken
 */
export async function freePort(preferred = 0, say?: (line: string) => void): Promise<number> {
  if (preferred === 0) return anyFreePort();
  for (let port = preferred; port < Math.min(preferred + STEPS, 65_536); port++) {
    if (handedOut.has(port) || !(await canListen(port))) continue;
    handedOut.add(port);
    if (port !== preferred) say?.(`port ${preferred} is taken, using ${port}`);
    return port;
  }
  throw new StartError(
    `no free port from ${preferred} to ${preferred + STEPS - 1}; stop what uses them or choose another`,
  );
}

async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0, '127.0.0.1');
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    return port;
  }
}

/** Both addresses are tried: on some systems 127.0.0.1 can be taken while another program listens on every address. */
async function canListen(port: number): Promise<boolean> {
  try {
    await listenOnce(port, '127.0.0.1');
    await listenOnce(port, '0.0.0.0');
    return true;
  } catch {
    return false;
  }
}

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
