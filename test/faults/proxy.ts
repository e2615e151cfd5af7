import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/embedded/ports.ts';
import type { Proxy as FaultProxy } from './fault.ts';

/** What a proxy does to the bytes that come by. */
interface Mode {
  isDown: boolean;
  isHalfOpen: boolean;
  latencyMs: number;
  bytesPerSecond: number;
}

const WELL: Mode = { isDown: false, isHalfOpen: false, latencyMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };
/** A slow line carries pieces that take this long at most: it trickles. */
const PIECE_SECONDS = 0.05;
/** What waits in a direction before its source is asked to pause. */
const WAITING_BYTES = 256 * 1024;

/**
 * Below the ports that systems give to outgoing connections: a shut port must still be free when it is opened again. Two runs
 * at once look in different places.
 */
const FIRST_PORT = 21_000 + ((process.pid * 97) % 8000);

/** A proxy that listens: `port` is what clients connect to, `lead` says where their next connections go. */
export interface OpenProxy extends FaultProxy {
  port: number;
  lead(port: number): void;
  close(): Promise<void>;
}

/** Opens a proxy on a free port of 127.0.0.1, before a server there. */
export async function openProxy(targetPort = 0): Promise<OpenProxy> {
  let target = targetPort;
  let mode = WELL;
  const lines = new Set<Line>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const line = new Line(
      client,
      connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }),
      () => mode,
    );
    lines.add(line);
    client.once('close', () => lines.delete(line));
  });
  const port = await listen(server);
  const set = (change: Partial<Mode>) => {
    mode = { ...mode, ...change };
  };
  const resetAll = (some: Iterable<Line> = lines) => {
    for (const line of some) line.reset();
  };
  return {
    port,
    lead(to) {
      target = to;
    },
    down() {
      if (mode.isDown) return;
      set({ isDown: true });
      server.close();
      resetAll();
    },
    reset: () => resetAll(),
    halfOpen: () => set({ isHalfOpen: true }),
    latency: (ms) => set({ latencyMs: ms }),
    bandwidth: (bytesPerSecond) => set({ bytesPerSecond }),
    heal() {
      const wasDown = mode.isDown;
      mode = WELL;
      if (wasDown) void reopen(server, port);
      // The other end knows nothing of a connection whose bytes were lost, and says so.
      resetAll([...lines].filter((line) => line.hasLost));
      for (const line of lines) line.flush();
    },
    async close() {
      resetAll();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Another program may take a port that was free a moment ago. */
async function listen(server: Server): Promise<number> {
  for (;;) {
    const port = await freePort(FIRST_PORT);
    if (await isListening(server, port)) return port;
  }
}

async function reopen(server: Server, port: number): Promise<void> {
  while (!(await isListening(server, port))) await sleep(50);
}

async function isListening(server: Server, port: number): Promise<boolean> {
  server.listen(port, '127.0.0.1');
  return once(server, 'listening').then(
    () => true,
    () => false,
  );
}

/** One connection through the proxy, both directions of it. */
class Line {
  readonly #ends: [Socket, Socket];
  readonly #directions: [Direction, Direction];

  constructor(client: Socket, server: Socket, mode: () => Mode) {
    this.#ends = [client, server];
    this.#directions = [new Direction(client, server, mode), new Direction(server, client, mode)];
    for (const end of this.#ends) {
      end.on('error', () => this.reset());
      end.on('close', () => this.#directions.every((one) => one.isOver) || this.reset());
    }
  }

  get hasLost(): boolean {
    return this.#directions.some((one) => one.hasLost);
  }

  flush(): void {
    for (const one of this.#directions) one.flush();
  }

  reset(): void {
    for (const one of this.#directions) one.stop();
    for (const end of this.#ends) end.resetAndDestroy();
  }
}

interface Waiting {
  bytes: Buffer;
  at: number;
}

/** The bytes from one socket to the other, held back as the mode says, in their order. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #mode: () => Mode;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #freeAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  hasLost = false;
  isOver = false;

  constructor(from: Socket, to: Socket, mode: () => Mode) {
    this.#from = from;
    this.#to = to;
    this.#mode = mode;
    from.on('data', (bytes) => this.#take(bytes as Buffer));
    from.on('end', () => {
      this.#ended = true;
      this.#pass();
    });
    to.on('drain', () => from.resume());
  }

  /** Everything that waits goes at once. */
  flush(): void {
    for (const piece of this.#waiting) piece.at = 0;
    this.#freeAt = 0;
    this.#pass();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #take(bytes: Buffer): void {
    const { isHalfOpen, latencyMs, bytesPerSecond } = this.#mode();
    if (isHalfOpen || this.hasLost) {
      this.hasLost = true;
      return;
    }
    const now = Date.now();
    const most = Math.max(1, Math.floor(bytesPerSecond * PIECE_SECONDS));
    for (let start = 0; start < bytes.length; start += most) {
      const piece = bytes.subarray(start, start + most);
      this.#freeAt = Math.max(this.#freeAt, now) + (piece.length / bytesPerSecond) * 1000;
      this.#waiting.push({ bytes: piece, at: this.#freeAt + latencyMs });
      this.#waitingBytes += piece.length;
    }
    if (this.#waitingBytes > WAITING_BYTES) this.#from.pause();
    this.#pass();
  }

  /** Sends what is due, and comes back for the rest. */
  #pass(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    let due = 0;
    for (; due < this.#waiting.length && (this.#waiting[due] as Waiting).at <= now; due++) {
      const { bytes } = this.#waiting[due] as Waiting;
      this.#waitingBytes -= bytes.length;
      if (!this.#to.write(bytes)) this.#from.pause();
      else if (this.#waitingBytes <= WAITING_BYTES) this.#from.resume();
    }
    this.#waiting.splice(0, due);
    const next = this.#waiting[0];
    if (next !== undefined) this.#timer = setTimeout(() => this.#pass(), next.at - now);
    else if (this.#ended && !this.hasLost && !this.isOver) {
      this.isOver = true;
      this.#to.end();
    }
  }
}
