import { expect, test } from 'vitest';
import { type Intent, understand } from '#src/ack/understand/understand.ts';
import { Matrix } from '#src/bin/commands/understand-matrix.ts';
import { repliesOf } from './read.ts';

const replies = repliesOf('replies');
const heldOut = repliesOf('held-out');

/** What was measured, less a little: a rule that costs more than this is wrong. */
const FLOOR: Record<Intent, { precision: number; recall: number }> = {
  taken: { precision: 1, recall: 0.97 },
  later: { precision: 0.97, recall: 0.97 },
  not_taken: { precision: 0.98, recall: 0.97 },
  problem: { precision: 0.96, recall: 0.97 },
  urgent: { precision: 0.97, recall: 0.99 },
  wrong_person: { precision: 0.97, recall: 0.97 },
  opt_out: { precision: 0.98, recall: 0.98 },
  opt_in: { precision: 0.93, recall: 0.93 },
  help: { precision: 0.94, recall: 0.94 },
  other: { precision: 0.95, recall: 0.97 },
};

test('the corpus is large, mixed and adversarial', () => {
  expect(replies.length).toBeGreaterThanOrEqual(700);
  expect(replies.filter((r) => r.note === 'adversarial').length).toBeGreaterThanOrEqual(250);
  expect(new Set(replies.map((r) => r.id)).size).toBe(replies.length);
  for (const locale of ['es', 'en', 'pt'])
    expect(replies.filter((r) => r.locale === locale).length).toBeGreaterThan(250);
});

test.each([['with its locale'], ['without a locale']])('every intent is read as it must be, %s', (way) => {
  const matrix = new Matrix();
  for (const { text, locale, expected } of replies) {
    matrix.count(expected, understand(text, way === 'with its locale' ? { locale } : {}).intent);
  }
  console.log(`${way}\n${matrix.text()}`);
  for (const [intent, floor] of Object.entries(FLOOR) as [Intent, (typeof FLOOR)[Intent]][]) {
    expect(matrix.precision(intent), `precision of ${intent}`).toBeGreaterThanOrEqual(floor.precision);
    expect(matrix.recall(intent), `recall of ${intent}`).toBeGreaterThanOrEqual(floor.recall);
  }
});

test('the reasons are right where the reply gives one', () => {
  const given = replies.filter((r) => r.reason !== undefined);
  const right = given.filter((r) => understand(r.text, { locale: r.locale }).reason === r.reason);
  expect(right.length / given.length).toBeGreaterThanOrEqual(0.97);
});

/** What the held-out corpora reach now, less a little; what they reached unseen stands in the README. */
const HELD_OUT_RECALL: Record<Intent, number> = {
  taken: 0.97,
  later: 0.98,
  not_taken: 0.95,
  problem: 0.98,
  urgent: 0.97,
  wrong_person: 0.97,
  opt_out: 0.99,
  opt_in: 0.9,
  help: 0.9,
  other: 0.94,
};

test('the held-out replies: no false taken, and no less is understood than was', () => {
  const matrix = new Matrix();
  const falselyTaken: string[] = [];
  for (const { id, text, locale, expected } of heldOut) {
    const { intent } = understand(text, { locale });
    matrix.count(expected, intent);
    if (intent === 'taken' && expected !== 'taken') falselyTaken.push(id);
  }
  console.log(`held out\n${matrix.text()}`);
  expect(falselyTaken).toEqual([]);
  for (const [intent, floor] of Object.entries(HELD_OUT_RECALL) as [Intent, number][]) {
    expect(matrix.recall(intent), `recall of ${intent}`).toBeGreaterThanOrEqual(floor);
  }
});
