import { describe, expect, it } from 'vitest';
import { afterReport, type Breaker, type BreakerSettings, newBreaker, type Report, withProbe } from './breaker.ts';
import { shareOf } from './share.ts';

const SETTINGS: BreakerSettings = {
  slots: 5,
  slotMs: 2000,
  minimum: 10,
  openMs: 1000,
  longestOpenMs: 30_000,
  probeMs: 5000,
};
const T = 1_795_000_000_000;

const report = (given: Partial<Report>): Report => ({ well: 0, failed: 0, slow: 0, probe: false, ...given });
const tell = (breaker: Breaker, given: Partial<Report>, now = T, jitter = 1) =>
  afterReport(breaker, report(given), { now, jitter }, SETTINGS);
const fresh = () => newBreaker(SETTINGS);
const open = () => tell(fresh(), { failed: 10 });
const probing = () => withProbe(open(), T + 1000, SETTINGS) as Breaker;
const share = (breaker: Breaker, now = T) => shareOf(breaker, now, SETTINGS);

describe('a closed breaker', () => {
  it.each([
    { told: [{ failed: 9 }], phase: 'closed' },
    { told: [{ failed: 10 }], phase: 'open' },
    { told: [{ failed: 5 }, { failed: 5 }], phase: 'open' },
    { told: [{ failed: 50, well: 50 }], phase: 'closed' },
    { told: [{ well: 50 }, { failed: 51 }], phase: 'open' },
    { told: [{ slow: 1000 }], phase: 'closed' },
    { told: [{ slow: 1000, well: 6, failed: 5 }], phase: 'closed' },
    { told: [{ slow: 1000, well: 5, failed: 6 }], phase: 'open' },
    { told: [{ failed: 100, probe: true }], phase: 'open' },
    { told: [{}], phase: 'closed' },
  ])('told $told is $phase', ({ told, phase }) => {
    expect(told.reduce<Breaker>((breaker, each) => tell(breaker, each), fresh()).phase).toBe(phase);
  });

  it.each([
    { later: 7999, phase: 'open' },
    { later: 10_000, phase: 'closed' },
    { later: 3_600_000, phase: 'closed' },
  ])('remembers failures for 8 to 10 s: five more after $later ms leave it $phase', ({ later, phase }) => {
    const start = T - (T % SETTINGS.slotMs);
    expect(tell(tell(fresh(), { failed: 5 }, start), { failed: 5 }, start + later).phase).toBe(phase);
  });
});

describe('an open breaker', () => {
  it('gives no probe before its time, and then one', () => {
    expect(withProbe(open(), T + 999, SETTINGS)).toBeNull();
    expect(withProbe(open(), T + 1000, SETTINGS)).toMatchObject({ phase: 'probing', at: T + 6000 });
    expect(withProbe(probing(), T + 5999, SETTINGS)).toBeNull();
    expect(withProbe(fresh(), T, SETTINGS)).toBeNull();
  });

  it('gives another probe when the first one is not heard of', () => {
    expect(withProbe(probing(), T + 6000, SETTINGS)).toMatchObject({ phase: 'probing', at: T + 11_000 });
  });

  it.each([{ told: { well: 100 } }, { told: { failed: 100 } }, { told: { slow: 100 } }])(
    'hears nothing of messages sent before: $told',
    ({ told }) => {
      expect(tell(open(), told, T + 500)).toEqual(open());
      expect(tell(probing(), told, T + 1500)).toEqual(probing());
    },
  );

  it.each([
    { told: { well: 5 }, phase: 'closed', at: T + 1500 },
    { told: { well: 3, failed: 2 }, phase: 'closed', at: T + 1500 },
    { told: { well: 1, slow: 1 }, phase: 'closed', at: T + 1500 },
    { told: { well: 2, failed: 3 }, phase: 'open', at: T + 1500 + 2000 },
    { told: { slow: 5 }, phase: 'probing', at: T + 1500 + 5000 },
    { told: {}, phase: 'open', at: T + 1500 },
  ])('is $phase after a probe that was $told', ({ told, phase, at }) => {
    expect(tell(probing(), { ...told, probe: true }, T + 1500)).toMatchObject({ phase, at });
  });

  it('stays open twice as long each time, 30 s at most, with jitter', () => {
    let breaker = open();
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      breaker = tell(withProbe(breaker, T, SETTINGS) ?? { ...breaker, phase: 'probing' }, { failed: 5, probe: true });
      waits.push(breaker.at - T);
    }
    expect(waits).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(tell(fresh(), { failed: 10 }, T, 0.8).at - T).toBe(800);
  });

  it.each([
    { well: 29_999, wait: 2000 },
    { well: 30_000, wait: 1000 },
  ])('forgets its past after it stayed well: closed for $well ms, it opens for $wait ms', ({ well, wait }) => {
    const closed = tell(probing(), { well: 5, probe: true }, T);
    expect(tell(closed, { failed: 10 }, T + well).at - (T + well)).toBe(wait);
  });
});

describe('the share of its weight', () => {
  it.each([
    { told: {}, low: 1, high: 1 },
    { told: { well: 1000 }, low: 1, high: 1 },
    { told: { failed: 1 }, low: 0.9, high: 0.92 },
    { told: { failed: 9 }, low: 0.5, high: 0.55 },
    { told: { well: 750, failed: 250 }, low: 0.75, high: 0.76 },
    { told: { slow: 1000 }, low: 0.5, high: 0.51 },
    { told: { slow: 1000, well: 1000 }, low: 0.5, high: 0.51 },
    { told: { slow: 500, well: 1000 }, low: 0.75, high: 0.76 },
    { told: { slow: 3000, well: 600, failed: 400 }, low: 0.3, high: 0.31 },
  ])('told $told is $low to $high', ({ told, low, high }) => {
    const value = share(tell(fresh(), told));
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
  });

  it('recovers by itself as the window moves on', () => {
    const troubled = tell(fresh(), { well: 60, failed: 40, slow: 100 });
    expect(share(troubled)).toBeLessThan(0.4);
    expect(share(troubled, T + 10_000)).toBe(1);
  });

  it('is 0 while open and while a probe is out', () => {
    expect(share(open())).toBe(0);
    expect(share(open(), T + 3_600_000)).toBe(0);
    expect(share(probing(), T + 1000)).toBe(0);
  });

  it('comes back in steps: a tenth, then twice as much every two seconds', () => {
    const closed = tell(probing(), { well: 5, probe: true }, T);
    const shares = [0, 1999, 2000, 4000, 6000, 8000, 86_400_000].map((ms) => share(closed, T + ms));
    expect(shares).toEqual([0.1, 0.1, 0.2, 0.4, 0.8, 1, 1]);
  });
});
