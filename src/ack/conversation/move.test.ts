import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plusSeconds } from '../../clock.ts';
import type { Answer } from '../../domain/dose.ts';
import type { TalkedDose } from '../../store/inbound.ts';
import type { Question, QuestionOption } from '../../store/questions.ts';
import type { Understanding } from '../understand/types.ts';
import { makeUp, type Said, type Situation } from './meaning.ts';
import { type Move, moveOf } from './move.ts';

const NOW = new Date('2026-11-23T17:30:00Z'); // 12:30 in Lima

/** A dose of one patient, reminded of at its time; `time` is local, today. */
function dose(id: string, time: string, given: Partial<TalkedDose> = {}): TalkedDose {
  const dueAt = new Date(`2026-11-23T${time}:00-05:00`);
  return {
    id,
    localDate: '2026-11-23',
    tenantId: 't',
    patientId: 'p',
    prescriptionId: `of ${id}`,
    dueAt,
    windowEndsAt: plusSeconds(dueAt, 3600),
    state: 'open',
    zone: 'America/Lima',
    locale: 'es-PE',
    sentAt: dueAt,
    quoted: false,
    answeredAt: null,
    ...given,
  };
}

const MORNING = dose('a', '08:00');
const NOON = dose('b', '12:00');
const CLOSED = dose('c', '08:00', { state: 'missed' });

function heard(given: Partial<Understanding> = {}): Understanding {
  return { intent: 'other', confidence: 'unsure', also: [], correction: false, choice: null, about: null, ...given };
}
const TAKEN = heard({ intent: 'taken', confidence: 'sure' });
const NOT_TAKEN = heard({ intent: 'not_taken', confidence: 'sure' });
const LATER = heard({ intent: 'later', confidence: 'sure' });

function said(text: string, of: Understanding, given: Partial<Said> = {}): Said {
  return { heard: of, ...makeUp(text), button: null, isQuoting: false, ...given };
}

const WHICH: QuestionOption[] = [
  { n: 1, doseIds: ['a'] },
  { n: 2, doseIds: ['b'] },
  { n: 9, doseIds: ['a', 'b'] },
];
function asked(given: Partial<Question> = {}): Question {
  const askedAt = new Date('2026-11-23T17:20:00Z');
  return {
    id: 'q',
    kind: 'which_dose',
    answer: 'taken',
    options: WHICH,
    askedAt,
    expiresAt: plusSeconds(askedAt, 3600),
    ...given,
  };
}
const CLARIFY = asked({
  kind: 'clarify',
  answer: null,
  options: [
    { n: 1, doseIds: ['b'], answer: 'taken' },
    { n: 2, doseIds: ['b'], answer: 'skipped' },
  ],
});

function situation(talked: TalkedDose[], question: Question | null = null): Situation {
  return { now: NOW, lateFrom: plusSeconds(NOW, -24 * 3600), talked, question };
}

/** A move in short: "taken a b", "ask taken a b", "clarify a", "say none". */
function short(move: Move): string {
  if (move.do === 'say') return `say ${move.text}`;
  const ids = move.doses.map(({ id }) => id).sort();
  if (move.do === 'record') return [move.answer, ...ids].join(' ');
  if (move.do === 'ask') return [move.isAgain ? 'ask again' : 'ask', move.answer, ...ids].join(' ');
  return [move.do, ...ids].join(' ');
}

interface Row {
  name: string;
  text?: string;
  is: Understanding;
  with?: Partial<Said>;
  doses: TalkedDose[];
  question?: Question;
  so: string;
}

const BOTH = [NOON, MORNING];
const LATE_REMINDER = { ...NOON, sentAt: new Date('2026-11-23T17:25:00Z') };

const ROWS: Row[] = [
  { name: 'one open dose', is: TAKEN, doses: [MORNING], so: 'taken a' },
  { name: 'one open dose goes before one whose window has closed', is: TAKEN, doses: [NOON, CLOSED], so: 'taken b' },
  { name: 'none open, one closed', is: NOT_TAKEN, doses: [CLOSED], so: 'skipped c' },
  { name: 'none', is: TAKEN, doses: [], so: 'say none' },
  { name: 'all answered', is: TAKEN, doses: [dose('a', '08:00', { state: 'taken' })], so: 'say none' },
  { name: 'several open: which', is: TAKEN, doses: BOTH, so: 'ask taken a b' },
  {
    name: 'several closed: which',
    is: TAKEN,
    doses: [CLOSED, dose('d', '07:00', { state: 'undelivered' })],
    so: 'ask taken c d',
  },
  { name: 'a part of the day that fits one', is: { ...TAKEN, about: 'morning' }, doses: BOTH, so: 'taken a' },
  {
    name: 'a time that fits one',
    is: { ...NOT_TAKEN, about: { hour: 12, minute: 0 } },
    doses: BOTH,
    so: 'skipped b',
  },
  {
    name: 'a named time goes before what is open',
    is: { ...TAKEN, about: 'morning' },
    doses: [NOON, CLOSED],
    so: 'taken c',
  },
  {
    name: 'a time that fits none is never the closest',
    is: { ...TAKEN, about: 'night' },
    doses: [MORNING],
    so: 'ask taken a',
  },
  {
    name: 'an hour that fits two',
    is: { ...TAKEN, about: { hour: 8 } },
    doses: [dose('n', '20:00'), MORNING],
    so: 'ask taken a n',
  },
  { name: 'a button', is: heard(), with: { button: { doseId: 'b', answer: 'taken' } }, doses: BOTH, so: 'taken b' },
  {
    name: 'a button of a dose of nobody here',
    is: TAKEN,
    with: { button: { doseId: 'x', answer: 'taken' } },
    doses: BOTH,
    so: 'say gone',
  },
  { name: 'a forged button', is: TAKEN, with: { button: 'bad' }, doses: [MORNING], so: 'say gone' },
  {
    name: 'a quoted reminder',
    is: TAKEN,
    with: { isQuoting: true },
    doses: [NOON, { ...MORNING, quoted: true }],
    so: 'taken a',
  },
  {
    name: 'a quote of something else: asked',
    is: TAKEN,
    with: { isQuoting: true },
    doses: [MORNING],
    so: 'ask taken a',
  },
  {
    name: 'a quote of days ago',
    is: TAKEN,
    with: { isQuoting: true },
    doses: [NOON, { ...CLOSED, quoted: true, dueAt: new Date('2026-11-20T13:00:00Z') }],
    so: 'say gone',
  },
  { name: 'later, while the window is open', is: LATER, doses: [MORNING], so: 'snoozed a' },
  { name: 'later, when it has closed', is: LATER, doses: [CLOSED], so: 'say none' },
  { name: 'unsure', is: heard({ intent: 'taken' }), doses: [MORNING], so: 'clarify a' },
  { name: 'two things at once', is: { ...NOT_TAKEN, also: ['taken'] }, doses: [MORNING], so: 'clarify a' },
  { name: 'unsure of several', is: heard(), doses: BOTH, so: 'clarify a b' },
  { name: 'unsure of nothing', is: heard(), doses: [], so: 'clarify' },
  { name: 'unsure again', is: heard(), doses: [NOON], question: CLARIFY, so: 'person b' },
  { name: 'thanks', text: 'Muchas gracias', is: heard(), doses: [], so: 'greet' },
  { name: 'thanks while one is open', text: 'gracias', is: heard(), doses: [NOON], so: 'greet b' },
  // A list is open.
  { name: '1 of a list', text: '1', is: { ...TAKEN, choice: [1] }, doses: BOTH, question: asked(), so: 'taken a' },
  {
    name: '2 of a list is no "not taken"',
    text: '2',
    is: { ...NOT_TAKEN, choice: [2] },
    doses: BOTH,
    question: asked(),
    so: 'taken b',
  },
  {
    name: '1 of "which did you not take"',
    text: '1',
    is: { ...TAKEN, choice: [1] },
    doses: BOTH,
    question: asked({ answer: 'skipped' }),
    so: 'skipped a',
  },
  {
    name: 'two of a list',
    text: '1 y 2',
    is: heard({ choice: [1, 2] }),
    doses: BOTH,
    question: asked(),
    so: 'taken a b',
  },
  { name: 'all by number', text: '9', is: heard({ choice: [9] }), doses: BOTH, question: asked(), so: 'taken a b' },
  {
    name: 'all by word, and only what was listed',
    text: 'todas',
    is: heard({ choice: 'all' }),
    doses: [dose('z', '12:20', { sentAt: null }), ...BOTH],
    question: asked(),
    so: 'taken a b',
  },
  {
    name: 'both of two',
    text: 'ambas',
    is: heard({ choice: 'all' }),
    doses: BOTH,
    question: asked(),
    so: 'taken a b',
  },
  {
    name: 'both of three',
    text: 'ambas',
    is: heard({ choice: 'all' }),
    doses: [...BOTH, CLOSED],
    question: asked({ options: [...WHICH.slice(0, 2), { n: 3, doseIds: ['c'] }, { n: 9, doseIds: ['a', 'b', 'c'] }] }),
    so: 'ask again taken a b c',
  },
  {
    name: 'a time of a list',
    text: 'la de las 12',
    is: heard({ about: { hour: 12 } }),
    doses: BOTH,
    question: asked(),
    so: 'taken b',
  },
  {
    name: 'not on the list',
    text: '5',
    is: heard({ choice: [5] }),
    doses: BOTH,
    question: asked(),
    so: 'ask again taken a b',
  },
  {
    name: 'not on the list, asked twice',
    text: '5',
    is: heard({ choice: [5] }),
    doses: BOTH,
    question: asked({ kind: 'clarify' }),
    so: 'person a b',
  },
  {
    name: 'a number among other words',
    text: 'tome 2',
    is: heard({ intent: 'problem', choice: [2] }),
    doses: BOTH,
    question: asked(),
    so: 'ask again taken a b',
  },
  {
    name: 'an answer in words binds as ever',
    is: { ...NOT_TAKEN, about: 'morning' },
    doses: BOTH,
    question: asked(),
    so: 'skipped a',
  },
  {
    name: 'an expired list is asked anew',
    text: '2',
    is: { ...NOT_TAKEN, choice: [2] },
    doses: BOTH,
    question: asked({ expiresAt: NOW }),
    so: 'ask taken a b',
  },
  {
    name: '… also when one dose is left',
    text: '2',
    is: { ...NOT_TAKEN, choice: [2] },
    doses: [NOON],
    question: asked({ expiresAt: NOW }),
    so: 'ask taken b',
  },
  {
    name: 'a reminder since then has its own 1',
    text: '1',
    is: { ...TAKEN, choice: [1] },
    doses: [LATE_REMINDER, MORNING],
    question: asked(),
    so: 'ask taken a b',
  },
  {
    name: 'a list long over, and a reminder since',
    text: '1',
    is: { ...TAKEN, choice: [1] },
    doses: [LATE_REMINDER],
    question: asked({ expiresAt: NOW }),
    so: 'taken b',
  },
  {
    name: '1 of "did you take it?"',
    text: '1',
    is: { ...TAKEN, choice: [1] },
    doses: [NOON],
    question: CLARIFY,
    so: 'taken b',
  },
  {
    name: '2 of "did you take it?"',
    text: '2',
    is: { ...NOT_TAKEN, choice: [2] },
    doses: BOTH,
    question: CLARIFY,
    so: 'skipped b',
  },
  {
    name: '1 and 2 of "did you take it?"',
    text: '1 2',
    is: heard({ choice: [1, 2] }),
    doses: [NOON],
    question: CLARIFY,
    so: 'person b',
  },
  {
    name: '1 of "did you take them?" names none of them',
    text: '1',
    is: { ...TAKEN, choice: [1] },
    doses: BOTH,
    question: asked({ kind: 'clarify', answer: null, options: [{ n: 1, doseIds: ['a', 'b'], answer: 'taken' }] }),
    so: 'ask taken a b',
  },
  // Corrections.
  {
    name: 'a correction is of what was answered last',
    is: { ...NOT_TAKEN, correction: true },
    doses: [
      dose('d', '12:20'),
      dose('b', '12:00', { state: 'taken', answeredAt: NOW }),
      dose('a', '08:00', { state: 'taken', answeredAt: new Date('2026-11-23T13:01:00Z') }),
    ],
    so: 'skipped b',
  },
  {
    name: 'a correction of a named time',
    is: { ...NOT_TAKEN, correction: true, about: 'morning' },
    doses: [
      dose('b', '12:30', { state: 'taken', answeredAt: NOW }),
      dose('a', '08:00', { state: 'taken', answeredAt: new Date('2026-11-23T13:01:00Z') }),
    ],
    so: 'skipped a',
  },
  {
    name: 'a correction after a day',
    is: { ...NOT_TAKEN, correction: true },
    doses: [NOON, dose('a', '08:00', { state: 'taken', answeredAt: plusSeconds(NOW, -24 * 3600) })],
    so: 'ask skipped b',
  },
  {
    name: 'a correction to "later" is for a person',
    is: { ...LATER, correction: true },
    doses: [dose('a', '08:00', { state: 'taken', answeredAt: NOW })],
    so: 'person a',
  },
];

describe('what follows from a message', () => {
  it.each(ROWS)('$name → $so', ({ text = 'xyz', is, with: given, doses, question, so }) => {
    expect(short(moveOf(said(text, is, given), situation(doses, question)))).toBe(so);
  });
});

const anyDose = fc.record({
  hour: fc.integer({ min: 0, max: 23 }),
  state: fc.constantFrom<TalkedDose['state']>('open', 'missed', 'undelivered', 'taken', 'skipped'),
  quoted: fc.boolean(),
  sent: fc.option(fc.integer({ min: -3600, max: 0 }), { nil: null }),
  answered: fc.option(fc.integer({ min: -90_000, max: 0 }), { nil: null }),
});
const anyHeard = fc.record({
  intent: fc.constantFrom<Understanding['intent']>('taken', 'not_taken', 'later', 'other', 'problem', 'help'),
  confidence: fc.constantFrom<Understanding['confidence']>('sure', 'unsure'),
  also: fc.subarray<Understanding['intent']>(['taken', 'not_taken', 'later']),
  correction: fc.boolean(),
  choice: fc.oneof(
    fc.constant(null),
    fc.constant('all' as const),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 2 }),
  ),
  about: fc.oneof(
    fc.constant(null),
    fc.constantFrom('morning' as const, 'night' as const),
    fc.record({ hour: fc.integer({ min: 0, max: 23 }) }),
  ),
});

describe('whatever is said in whatever situation', () => {
  it('no dose is taken without a sure "taken", a listed choice, or a button of exactly that dose', () => {
    fc.assert(
      fc.property(
        fc.array(anyDose, { maxLength: 5 }),
        anyHeard,
        fc.constantFrom('1', '2', 'todas', 'la 1', 'gracias', 'ya la tome', 'creo que 1'),
        fc.record({
          button: fc.option(
            fc.record({
              i: fc.integer({ min: 0, max: 5 }),
              answer: fc.constantFrom<Answer | null>('taken', 'skipped', null),
            }),
            { nil: null },
          ),
          isQuoting: fc.boolean(),
        }),
        fc.option(
          fc.record({
            kind: fc.constantFrom<Question['kind']>('which_dose', 'who', 'clarify'),
            expires: fc.integer({ min: -60, max: 60 }),
            answer: fc.constantFrom<Answer | null>('taken', 'skipped', 'snoozed', null),
            listed: fc.integer({ min: 0, max: 4 }),
          }),
          { nil: null },
        ),
        (made, is, text, how, q) => {
          const doses = made.map((d, i) =>
            dose(`d${i}`, `${String(d.hour).padStart(2, '0')}:00`, {
              state: d.state,
              quoted: how.isQuoting && d.quoted,
              sentAt: d.sent === null ? null : plusSeconds(NOW, d.sent),
              answeredAt: d.answered === null ? null : plusSeconds(NOW, d.answered),
            }),
          );
          const options =
            q === null
              ? []
              : doses.slice(0, q.listed).map(({ id }, i) => ({
                  n: i + 1,
                  doseIds: [id],
                  ...(q.answer === null ? { answer: 'taken' as const } : {}),
                }));
          const question =
            q === null
              ? null
              : asked({ kind: q.kind, answer: q.answer, options, expiresAt: plusSeconds(NOW, q.expires) });
          const button = how.button === null ? null : { doseId: `d${how.button.i}`, answer: how.button.answer };
          const message = said(text, is, { button, isQuoting: how.isQuoting });
          const move = moveOf(message, situation(doses, question));
          if (move.do !== 'record' || move.answer !== 'taken') return;
          const ids = move.doses.map(({ id }) => id);
          const isSure = is.intent === 'taken' && is.confidence === 'sure' && !is.also.includes('not_taken');
          if (move.isChoice) {
            expect(question !== null && NOW < question.expiresAt && message.isBareChoice).toBe(true);
            expect(options.flatMap(({ doseIds }) => doseIds)).toEqual(expect.arrayContaining(ids));
            return;
          }
          expect(ids).toHaveLength(1);
          if (button !== null)
            expect([button.doseId, button.answer ?? (isSure ? 'taken' : 'nothing')]).toEqual([ids[0], 'taken']);
          else expect(isSure).toBe(true);
        },
      ),
      { numRuns: 3000, seed: 6 },
    );
  });
});
