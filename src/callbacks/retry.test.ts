import { describe, expect, it } from 'vitest';
import { afterTry } from './retry.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const answered = (status: number | null, retryAfter: string | null = null) => ({ status, retryAfter });

describe('what follows a try', () => {
  it.each([
    [1, 5],
    [2, 300],
    [3, 1800],
    [4, 7200],
    [5, 18_000],
    [6, 36_000],
    [7, 50_400],
    [8, 72_000],
    [9, 86_400],
  ])('after %i failed tries a pause of %i s, up to a fifth longer', (tries, seconds) => {
    const next = (random: number) => afterTry(answered(500), { tries, now: NOW, random });
    expect(next(0)).toEqual({ state: 'pending', nextAt: later(seconds), heldUntil: null, gone: false });
    expect(next(0.5).nextAt).toEqual(later(seconds * 1.1));
    expect(next(1).nextAt).toEqual(later(seconds * 1.2));
  });

  it('after the tenth it has failed', () => {
    const next = afterTry(answered(null), { tries: 10, now: NOW, random: 0 });
    expect(next).toEqual({ state: 'failed', nextAt: null, heldUntil: null, gone: false });
  });

  it.each([200, 201, 202, 204, 299])('%i is an arrival', (status) => {
    const next = afterTry(answered(status, '60'), { tries: 1, now: NOW, random: 0 });
    expect(next).toEqual({ state: 'delivered', nextAt: null, heldUntil: null, gone: false });
  });

  it.each([null, 301, 302, 307, 400, 401, 404, 408, 429, 500, 502, 503, 504])('%s is tried again', (status) => {
    expect(afterTry(answered(status), { tries: 1, now: NOW, random: 0 })).toMatchObject({
      state: 'pending',
      gone: false,
    });
  });

  it('410 ends it, and its endpoint', () => {
    const next = afterTry(answered(410), { tries: 1, now: NOW, random: 0 });
    expect(next).toEqual({ state: 'failed', nextAt: null, heldUntil: null, gone: true });
  });

  it.each([
    [429, '60', 60, 60],
    [503, '60', 60, 60],
    [503, 'Mon, 23 Nov 2026 12:02:00 GMT', 120, 120],
    [429, '999999999', 86_400, 86_400], // a day at most
    [429, '2', 5, 2], // the pause is longer
    [429, '0', 5, null],
    [503, 'Mon, 23 Nov 2026 11:00:00 GMT', 5, null], // long ago
    [503, 'soon', 5, null],
    [503, '-5', 5, null],
    [500, '60', 5, null], // no wish to be left alone
  ])('%i with Retry-After %s: again after %i s, everything held for %s s', (status, retryAfter, again, held) => {
    const next = afterTry(answered(status, retryAfter), { tries: 1, now: NOW, random: 0 });
    expect(next.nextAt).toEqual(later(again));
    expect(next.heldUntil).toEqual(held === null ? null : later(held));
  });

  it('a full endpoint is held even after the last try', () => {
    const next = afterTry(answered(429, '60'), { tries: 10, now: NOW, random: 0 });
    expect(next).toEqual({ state: 'failed', nextAt: null, heldUntil: later(60), gone: false });
  });
});
