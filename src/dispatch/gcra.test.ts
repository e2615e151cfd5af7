import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { rateKey } from '../redis/keys.ts';
import { loadScript } from '../redis/scripts.ts';
import { type Ask, apply, type Bucket, factorAt, UNUSED } from './gcra.ts';

const SECOND = 1_000_000;
const START = 1_800_000_000 * SECOND;
const SEED = 4;

interface Step {
  /** Microseconds since the step before. */
  after: number;
  kind: Ask['kind'];
  amount: number;
}

/** Calls at uneven distances; the amounts go beyond what fits into a burst. */
const steps = (perSecond: number, kinds: Ask['kind'][], most = 250): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      after: fc.oneof(...[0, 999, 2 * SECOND, 60 * SECOND].map((max) => fc.integer({ min: 0, max }))),
      kind: fc.constantFrom(...kinds),
      amount: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 * perSecond })),
    }),
    { maxLength: most, minLength: most / 5 },
  );

/** Runs the steps; each with its time and whether it was granted. */
function run(perSecond: number, given: Step[]) {
  let bucket = UNUSED;
  let now = START;
  return given.map(({ after, kind, amount }) => {
    now += after;
    const answer = apply(bucket, { kind, perSecond, amount }, now);
    const before = bucket;
    bucket = answer.bucket;
    return { now, kind, amount, before, wait: answer.wait };
  });
}

/** A token bucket in whole millionths of a unit, so that nothing is rounded. */
class Tokens {
  #tokens: number;
  #at = START;
  readonly capacity: number;
  readonly perSecond: number;
  constructor(capacity: number, perSecond: number) {
    this.capacity = capacity * SECOND;
    this.perSecond = perSecond;
    this.#tokens = this.capacity;
  }
  #fill(now: number): void {
    this.#tokens = Math.min(this.capacity, this.#tokens + (now - this.#at) * this.perSecond);
    this.#at = now;
  }
  has(units: number, now: number): boolean {
    this.#fill(now);
    return this.#tokens >= Math.min(this.capacity, units * SECOND);
  }
  pay(units: number, now: number): void {
    this.#fill(now);
    this.#tokens -= units * SECOND;
  }
}

describe('the arithmetic', () => {
  test.each([1, 2, 5, 10, 50, 100, 1000, 10_000])('at %d a second it grants what two token buckets grant', (rate) => {
    fc.assert(
      fc.property(steps(rate, ['routine', 'critical', 'charge']), (given) => {
        const own = new Tokens(rate, rate);
        const loan = new Tokens(2 * rate, rate);
        for (const { now, kind, amount, wait } of run(rate, given)) {
          const fits = kind === 'charge' || own.has(amount, now);
          const borrows = !fits && kind === 'critical' && loan.has(amount, now);
          if ((wait === 0) !== (fits || borrows)) expect.fail(`${kind} ${amount}: ${fits} ${borrows}, wait ${wait}`);
          if (fits || borrows) own.pay(amount, now);
          if (borrows) loan.pay(amount, now);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test.each([1, 3, 14, 77, 9999])('at %d a second no stretch of time has more than its rate and bursts', (rate) => {
    fc.assert(
      fc.property(steps(rate, ['routine', 'routine', 'critical', 'slow']), (given) => {
        const granted = run(rate, given).filter(({ kind, wait }) => kind !== 'slow' && wait === 0);
        for (const [i, from] of granted.entries()) {
          let units = 0;
          let largest = 0;
          let largestCritical = 0;
          for (const { now, amount, kind } of granted.slice(i)) {
            units += amount;
            largest = Math.max(largest, amount);
            if (kind === 'critical') largestCritical = Math.max(largestCritical, 2 * rate, amount);
            const most = (rate * (now - from.now)) / SECOND + Math.max(rate, largest) + largestCritical;
            if (units > most + 1e-6) expect.fail(`${units} units, ${most} allowed`);
          }
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test.each([1, 3, 14, 500])('at %d a second the wait is exact, to the microsecond', (rate) => {
    const [given = []] = fc.sample(steps(rate, ['routine', 'critical']), { seed: SEED, numRuns: 1 });
    const refused = run(rate, given).filter(({ wait }) => wait > 0);
    expect(refused.length).toBeGreaterThan(10);
    for (const { now, kind, amount, before, wait } of refused) {
      expect(apply(before, { kind, perSecond: rate, amount }, now + wait).wait).toBe(0);
      expect(apply(before, { kind, perSecond: rate, amount }, now + wait - 1).wait).toBe(1);
    }
  });

  test('the rate halves once a second, never below a hundredth or one a second, and recovers in a minute', () => {
    const slow = (bucket: Bucket, now: number, perSecond = 500) =>
      apply(bucket, { kind: 'slow', perSecond, amount: 0 }, now).bucket;
    const once = slow(slow(UNUSED, START), START + SECOND - 1);
    expect(factorAt(once, START)).toBe(0.5);
    expect(factorAt(once, START + 15 * SECOND)).toBe(0.75);
    expect(factorAt(once, START + 30 * SECOND)).toBe(1);
    expect(factorAt(slow(once, START + SECOND), START + SECOND)).toBeCloseTo(0.25 + 1 / 120);
    let often = { 500: UNUSED, 14: UNUSED, 1: UNUSED };
    for (let i = 0; i < 20; i++) {
      const at = START + i * SECOND;
      often = { 500: slow(often[500], at), 14: slow(often[14], at, 14), 1: slow(often[1], at, 1) };
    }
    const last = START + 19 * SECOND;
    expect(factorAt(often[500], last)).toBeLessThan(0.03);
    expect(factorAt(often[500], last)).toBeGreaterThanOrEqual(0.01);
    expect(factorAt(often[14], last) * 14).toBeGreaterThanOrEqual(1);
    expect(factorAt(often[1], last)).toBe(1);
    expect(factorAt(often[500], last + 60 * SECOND)).toBe(1);
  });

  test('a clock that is set back does not turn the rate around', () => {
    const { bucket } = apply(UNUSED, { kind: 'slow', perSecond: 10, amount: 0 }, START);
    expect(factorAt(bucket, START - 3600 * SECOND)).toBe(0.5);
  });
});

describe('scripts/rate.lua', () => {
  const redis = new Redis(inject('redisUrl'));
  afterAll(() => redis.disconnect());
  const rate = loadScript(redis, 'rate');

  test.each([1, 3, 14, 700, 10_000])('at %d a second it answers as the arithmetic does', async (perSecond) => {
    const key = rateKey(`test:${randomUUID()}`);
    const kinds: Ask['kind'][] = ['routine', 'routine', 'critical', 'charge', 'slow'];
    const given = fc.sample(steps(perSecond, kinds), { seed: SEED, numRuns: 3 }).flat();
    let bucket = UNUSED;
    const seen = new Set<string>();
    for (const { after, kind, amount } of given) {
      bucket = await passed(key, bucket, after);
      const units = kind === 'slow' ? amount * 1000 : kind === 'charge' && amount % 2 === 0 ? -amount : amount;
      const reply = ((await rate(key, kind, perSecond, units)) as (number | string)[]).map(Number);
      const [wait = 0, now = 0, tat = 0, loan = 0, pause = 0, slowed = 0, factor = 0] = reply;
      const expected = apply(bucket, { kind, perSecond, amount: units }, now);
      expect(wait).toBe(expected.wait);
      expect(meaning({ tat, loan, pause, slowed, factor }, now)).toEqual(meaning(expected.bucket, now));
      bucket = expected.bucket;
      seen.add(`${kind} ${wait > 0}`);
    }
    await redis.del(key);
    for (const kind of ['routine true', 'routine false', 'critical true', 'critical false'])
      expect(seen).toContain(kind);
  });

  /** What a bucket says from `now` on: one that has expired says the same. */
  function meaning(bucket: Bucket, now: number) {
    const { tat, loan, pause } = bucket;
    return { ahead: [tat, loan, pause].map((at) => Math.max(0, at - now)), factor: factorAt(bucket, now) };
  }

  /** Moves an account into the past, as if `us` microseconds had gone by. */
  async function passed(key: string, bucket: Bucket, us: number): Promise<Bucket> {
    const moved = { ...bucket };
    await redis.persist(key); // it must not expire now, and come back with these fields alone
    const isKept = (await redis.exists(key)) === 1;
    for (const field of ['tat', 'loan', 'pause', 'slowed'] as const) {
      moved[field] -= us;
      if (isKept) await redis.hincrby(key, field, -us);
    }
    return moved;
  }
});
