import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { heldAgainst, type LedgerLine, latenessMs, rateOf, witness } from './witness.ts';

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
  ])('%s', async (_, ledger, problems) => {
    const pieces = ledger.map((line) => [line]);
    expect((await heldAgainst(pieces, ['a', 'b'])).problems).toEqual(problems);
  });

  it('is timed by the acceptances of what is measured, wherever they stand and whatever follows of the rest', async () => {
    const ledger = [
      [accepted('a', 5), accepted('b', 3)],
      [refused('b', 6), accepted('warm-up', 9)],
    ];
    const seen = await heldAgainst(ledger, ['warm-up', 'a', 'b'], ['a', 'b']);
    expect(seen).toEqual({ problems: [], acceptedAt: [Date.parse(at(3)), Date.parse(at(5))] });
    expect(rateOf(new Date(at(1)), seen)).toBe(0.5);
    expect([0.01, 0.5, 0.51, 0.99].map((part) => latenessMs(new Date(at(1)), seen, part))).toEqual([
      2000, 2000, 4000, 4000,
    ]);
  });

  it('reads a ledger whose lines are cut anywhere on their way, and refuses one without an end', async () => {
    const lines = ['a', 'b', 'c'].map((id) => JSON.stringify(accepted(id, 1)));
    const text = `${lines.join('\n')}\n`;
    let body = text;
    const server = createServer(async (_, response) => {
      for (const third of [0, 1, 2]) {
        response.write(body.slice((body.length * third) / 3, (body.length * (third + 1)) / 3));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { ledger } = witness(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect((await heldAgainst(ledger(), ['a', 'b', 'c'])).problems).toEqual([]);
    body = text.slice(0, -3);
    await expect(heldAgainst(ledger(), ['a', 'b', 'c'])).rejects.toThrow('the ledger was cut off');
    server.close();
  });
});
