import { describe, expect, it } from 'vitest';
import { heldAgainst, type LedgerLine, rateOf } from './witness.ts';

const at = (second: number) => `2026-11-23T13:00:${String(second).padStart(2, '0')}.000Z`;
const accepted = (attemptId: string | null, second: number): LedgerLine => ({
  attemptId,
  at: at(second),
  outcome: 'accepted',
});
const refused = (attemptId: string, second: number): LedgerLine => ({ attemptId, at: at(second), outcome: 'refused' });

describe('what the provider saw', () => {
  it.each<[string, LedgerLine[], string[]]>([
    ['each once', [accepted('b', 1), accepted('a', 2)], []],
    ['a refusal before the acceptance', [refused('a', 1), accepted('a', 2), accepted('b', 2)], []],
    ['one missing', [accepted('a', 1)], ['message b was accepted 0 times']],
    ['one only refused', [accepted('a', 1), refused('b', 2)], ['message b was accepted 0 times']],
    ['one doubled', [accepted('a', 1), accepted('b', 1), accepted('a', 2)], ['message a was accepted 2 times']],
    [
      'a stranger',
      [accepted('a', 1), accepted('b', 1), accepted('c', 1)],
      ['the provider accepted a message nobody sent (c)'],
    ],
    [
      'one without an id',
      [accepted('a', 1), accepted('b', 1), accepted(null, 1)],
      ['the provider accepted a message nobody sent (null)'],
    ],
  ])('%s', (_, ledger, problems) => {
    expect(heldAgainst(ledger, ['a', 'b']).problems).toEqual(problems);
  });

  it('is timed by the last acceptance of what is measured, wherever it stands and whatever follows of the rest', () => {
    const ledger = [accepted('a', 5), accepted('b', 3), refused('b', 6), accepted('warm-up', 9)];
    const seen = heldAgainst(ledger, ['warm-up', 'a', 'b'], ['a', 'b']);
    expect(seen).toEqual({ problems: [], lastAcceptedAt: Date.parse(at(5)) });
    expect(rateOf(10, new Date(at(1)), seen)).toBe(2.5);
  });
});
