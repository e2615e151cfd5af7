import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, it } from 'vitest';
import { afterReport, type Breaker, type BreakerSettings, newBreaker, type Report, withProbe } from './breaker.ts';

const SETTINGS: BreakerSettings = {
  slots: 5,
  slotMs: 2000,
  minimum: 10,
  openMs: 1000,
  longestOpenMs: 30_000,
  probeMs: 5000,
};
const STEPS = 3000;
const LUA = readFileSync(new URL('../../redis/scripts/health.lua', import.meta.url), 'utf8');
/** The same script, told the time: years of steps in a second. */
const TIMED = LUA.replace("redis.call('TIME')", '{ ARGV[3], ARGV[4] }');

const redis = new Redis(`${inject('redisUrl')}/${process.env.VITEST_POOL_ID ?? '0'}`);
afterAll(() => redis.disconnect());

/** A linear congruential generator (Numerical Recipes): 0 ≤ x < 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it('the script has one clock to be replaced', () => {
  expect(LUA.split("redis.call('TIME')")).toHaveLength(2);
});

it.each([1, 2, 3])('health.lua makes the same transitions as breaker.ts (seed %i)', async (seed) => {
  const random = seeded(seed);
  const key = `script-test:${seed}`;
  await redis.del(key);
  const steps: { now: number; report: (Report & { jitter: number }) | null }[] = [];
  let now = 1_795_000_000_000;
  for (let i = 0; i < STEPS; i++) {
    now += Math.floor(random() ** 6 * 40_000);
    const isDown = Math.floor(now / 60_000) % 2 === 0; // the provider is down every other minute
    const size = 2 * Math.floor(random() ** 3 * 15);
    const isHalf = random() < 0.3; // exactly: neither good nor bad
    const failed = isHalf ? size / 2 : Math.floor(size * (isDown ? 1 - random() / 3 : random() / 3));
    const slow = random() < 0.2 ? Math.floor(random() * 30) : 0;
    const report = { well: size - failed, failed, slow, probe: random() < 0.5, jitter: 0.8 + random() * 0.4 };
    steps.push({ now, report: random() < 0.4 ? null : report });
  }
  const json = JSON.stringify({ ...SETTINGS, forgetMs: 60_000 });
  const pipeline = redis.pipeline();
  for (const { now, report } of steps) {
    const told = report === null ? '' : JSON.stringify(report);
    pipeline.eval(TIMED, 1, key, json, told, Math.floor(now / 1000), (now % 1000) * 1000);
  }
  const replies = await pipeline.exec();

  let breaker: Breaker = newBreaker(SETTINGS);
  const phases = new Set<string>();
  const changes = new Set<string>();
  for (const [i, { now, report }] of steps.entries()) {
    const before = breaker.phase;
    const probing = report === null ? withProbe(breaker, now, SETTINGS) : null;
    if (report === null) breaker = probing ?? breaker;
    else breaker = afterReport(breaker, report, { now, jitter: report.jitter }, SETTINGS);
    const isOpened = before === 'closed' && breaker.phase === 'open';
    const expected = probing === null ? (isOpened ? 'opened' : '') : 'probe';
    const [error, reply] = replies?.[i] ?? [];
    expect(error).toBeNull();
    const [stored, at, change] = reply as [string, number, string];
    expect({ breaker: JSON.parse(stored), at, change }, `step ${i}`).toEqual({ breaker, at: now, change: expected });
    phases.add(breaker.phase);
    changes.add(change);
  }
  expect([...phases].sort()).toEqual(['closed', 'open', 'probing']);
  expect([...changes].sort()).toEqual(['', 'opened', 'probe']);
});
