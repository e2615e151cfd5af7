import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, serverClock } from './clock.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-23T12:00:00Z');
const opened: Clock[] = [];
afterEach(() => {
  for (const clock of opened.splice(0)) clock.stop?.();
});

/** A server and this process's steady clock, both moved by hand; each question and each answer takes `travelMs`. */
async function clockOf(travelMs = 0) {
  const world = { server: START, steady: 1000, travelMs, isAway: false, told: [] as number[] };
  const pass = (ms: number) => {
    world.server += ms;
    world.steady += ms;
  };
  const clock = await serverClock({
    ask: async () => {
      if (world.isAway) throw new Error('PostgreSQL is away');
      pass(world.travelMs);
      const { server } = world;
      pass(world.travelMs);
      return server;
    },
    told: (byMs) => world.told.push(byMs),
    steady: () => world.steady,
    everyMs: HOUR, // tests ask by hand
  });
  opened.push(clock);
  return { world, clock, pass, off: () => clock.now().getTime() - world.server };
}

describe("PostgreSQL's clock in a process", () => {
  it('is carried on by the steady clock, also while PostgreSQL is away', async () => {
    const { world, clock, pass, off } = await clockOf();
    world.isAway = true;
    pass(3 * HOUR);
    await expect(clock.sync()).rejects.toThrow();
    expect(off()).toBe(0);
  });

  it("has nothing to do with the machine's wall clock", async () => {
    const { off } = await clockOf();
    const { now } = Date;
    Date.now = () => now() + HOUR;
    try {
      expect(off()).toBe(0);
    } finally {
      Date.now = now;
    }
  });

  it('is told at once what a suspended machine has slept through', async () => {
    const { world, clock, off } = await clockOf();
    world.server += HOUR; // the steady clock stood still
    expect(off()).toBe(-HOUR);
    await clock.sync();
    expect(off()).toBe(0);
    expect(world.told).toEqual([HOUR]);
  });

  it('that is a little ahead stands still and never goes back', async () => {
    const { world, clock, pass, off } = await clockOf();
    const shown = clock.now();
    world.server -= 3000;
    await clock.sync();
    expect(clock.now()).toEqual(shown);
    pass(2999);
    expect(clock.now()).toEqual(shown);
    pass(1);
    expect(off()).toBe(0);
    pass(10);
    expect(off()).toBe(0);
  });

  it('that is far ahead goes back, since nothing would happen for too long', async () => {
    const { world, clock, off } = await clockOf();
    clock.now();
    world.server -= HOUR;
    await clock.sync();
    expect(off()).toBe(0);
  });

  it.each([0, 20, 4000])('an answer that took long (%i ms each way) moves it no further than it proves', async (ms) => {
    const { world, clock, off } = await clockOf(ms);
    expect(Math.abs(off() + ms)).toBe(0); // never ahead: the question may have taken all of the time
    world.travelMs = 0;
    await clock.sync();
    expect(Math.abs(off())).toBe(0); // an answer that comes sooner proves more
    world.travelMs = 6000;
    await clock.sync();
    expect(Math.abs(off())).toBe(0);
    world.server += 20_000;
    await clock.sync();
    expect(off()).toBe(-6000); // it may have been asked right before the answer left
    world.travelMs = 0;
    await clock.sync();
    expect(off()).toBe(0);
  });

  it('asks by itself, one question at a time', async () => {
    let asked = 0;
    const hanging = new Promise<number>(() => {});
    const clock = await serverClock({
      ask: () => (++asked <= 2 ? Promise.resolve(START) : hanging),
      everyMs: 1,
    });
    opened.push(clock);
    await expect.poll(() => asked).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toBe(3);
  });

  it('is not there without a first answer', async () => {
    await expect(serverClock({ ask: () => Promise.reject(new Error('away')) })).rejects.toThrow('away');
  });
});
