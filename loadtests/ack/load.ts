import { setTimeout as sleep } from 'node:timers/promises';
import autocannon, { type Options, type Result } from 'autocannon';

/** What one load came to, by each answer as the client saw it. */
export interface Measured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answered 2xx. */
  answered: number;
  /** Answered otherwise, cut off, or not answered within ten seconds. */
  failed: number;
}

/** A service to load: every call of `next` is another dose's answer. */
export interface Target {
  url: string;
  next(): { path: string; body: object };
}

/** How much is sent; with `rate`, so many a second. */
export interface Load {
  amount: number;
  connections: number;
  rate?: number;
}

/** autocannon lets every connection send its share at the start of each second: so many of it begin one after another. */
const BURSTS_PER_SECOND = 10;

/** Sends `amount` answers over `connections`, as fast as they are answered or at `rate`. */
export async function send(target: Target, load: Load): Promise<Measured> {
  const start = performance.now();
  const parts = load.rate === undefined ? [await sendPart(target, load)] : await Promise.all(bursts(target, load));
  const times = parts.flatMap((part) => part.times).sort((a, b) => a - b);
  const last = Math.max(...parts.map((part) => part.last));
  return {
    perSecond: (times.length * 1000) / (last - start),
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    answered: parts.reduce((sum, { result }) => sum + result['2xx'], 0),
    failed: parts.reduce((sum, { result }) => sum + result.non2xx + result.errors, 0),
  };
}

function bursts(target: Target, { amount, connections, rate = 0 }: Load): ReturnType<typeof sendPart>[] {
  const part = {
    amount: Math.ceil(amount / BURSTS_PER_SECOND),
    connections: Math.ceil(connections / BURSTS_PER_SECOND),
    rate: Math.ceil(rate / BURSTS_PER_SECOND),
  };
  return Array.from({ length: BURSTS_PER_SECOND }, async (_, n) => {
    await sleep((n * 1000) / BURSTS_PER_SECOND);
    return sendPart(target, part);
  });
}

/**
 * One autocannon. Its own correction for what a rate leaves out takes seconds for milliseconds and would lower the
 * percentiles, so the times are those of the answers themselves.
 */
async function sendPart({ url, next }: Target, { amount, connections, rate }: Load) {
  const times: number[] = [];
  let last = 0;
  const options: Options = {
    url,
    connections,
    amount,
    ...(rate === undefined ? {} : { overallRate: rate }),
    headers: { 'content-type': 'application/json' },
    requests: [
      {
        method: 'POST',
        setupRequest(request) {
          const { path, body } = next();
          return { ...request, path, body: JSON.stringify(body) };
        },
      },
    ],
  };
  const result = await new Promise<Result>((resolve, reject) => {
    const instance = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    instance.on('response', (_client, _status, _bytes, ms) => {
      times.push(ms);
      last = performance.now();
    });
  });
  return { times, last, result };
}

function quantile(sorted: number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
