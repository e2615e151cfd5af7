import { expect, test } from 'vitest';
import { type DoseRow, judge, type LedgerLine, type MessageRow } from './books.ts';

const DUE = new Date('2027-03-01T08:00:00Z');
const dose: DoseRow = { id: 'd1', dueAt: DUE, state: 'open', reason: null };
const message: MessageRow = {
  id: 'm1',
  doseId: 'd1',
  rung: 0,
  state: 'accepted',
  code: null,
  accepted: true,
  underWay: false,
};
const line: LedgerLine = {
  at: '2027-03-01T08:00:01.500Z',
  channel: 'sms',
  outcome: 'accepted',
  attemptId: 'm1',
  identity: null,
};
const mail = { ...line, channel: 'email', identity: '<m1@x>' } as const;
const push = { ...line, channel: 'push', identity: 'd1' } as const;
const refused = { ...line, outcome: 'refused' } as const;
const waiting = { ...message, state: 'intent', accepted: false, underWay: true } as const;
const unknown = { ...message, state: 'unknown', accepted: false } as const;
const second = { ...message, id: 'm2' };

const well = { lost: [], doubled: 0, repeated: 0, unknown: 0, isSettled: true, problems: [] };

test.each<{ name: string; doses?: DoseRow[]; messages?: MessageRow[]; ledger: LedgerLine[]; means: object }>([
  { name: 'accepted once', ledger: [refused, line], means: { ...well, acceptedAt: Date.parse(line.at) } },
  { name: 'an SMS twice', ledger: [line, line], means: { doubled: 1, repeated: 0 } },
  { name: 'a mail again under its Message-ID', ledger: [mail, mail], means: { doubled: 0, repeated: 1 } },
  { name: 'a mail under two Message-IDs', ledger: [mail, { ...mail, identity: '<m2@x>' }], means: { doubled: 1 } },
  {
    name: 'two messages of one rung',
    messages: [message, second],
    ledger: [mail, { ...mail, attemptId: 'm2', identity: '<m2@x>' }],
    means: { doubled: 1 },
  },
  {
    name: 'a push again under its collapse id',
    ledger: [push, push],
    means: { doubled: 0, repeated: 1 },
  },
  { name: 'a push under two collapse ids', ledger: [push, { ...push, identity: 'd1-2' }], means: { doubled: 1 } },
  {
    name: 'the next rung',
    messages: [message, { ...second, rung: 1 }],
    ledger: [line, { ...line, attemptId: 'm2' }],
    means: well,
  },
  {
    name: 'never accepted',
    messages: [unknown],
    ledger: [refused],
    means: { lost: ['d1 (open)'], unknown: 1, isSettled: false, acceptedAt: 0 },
  },
  { name: 'not sent yet', messages: [waiting], ledger: [], means: { lost: ['d1 (open)'], isSettled: false } },
  {
    name: 'an end the fault explains',
    doses: [{ ...dose, state: 'undelivered', reason: 'system' }],
    messages: [],
    ledger: [],
    means: well,
  },
  {
    name: 'an end the fault does not explain',
    doses: [{ ...dose, state: 'missed', reason: 'window_over' }],
    messages: [],
    ledger: [],
    means: { lost: ['d1 (missed, window_over)'] },
  },
  {
    name: 'answered before it was sent',
    doses: [{ ...dose, id: 'answered', state: 'taken' }],
    messages: [],
    ledger: [],
    means: well,
  },
  {
    name: 'an answer forgotten',
    doses: [{ ...dose, id: 'answered' }],
    messages: [],
    ledger: [],
    means: { problems: ['dose answered is open, and its answer was taken'] },
  },
  {
    name: 'unknown for good, though it was accepted',
    messages: [unknown],
    ledger: [line],
    means: { ...well, unknown: 1 },
  },
])('$name', ({ doses = [dose], messages = [message], ledger, means }) => {
  const terms = { mayEnd: ['undelivered' as const], answered: new Set(['answered']) };
  expect(judge({ doses, messages }, ledger, terms)).toMatchObject(means);
});

test.each<{ name: string; messages?: MessageRow[]; ledger: LedgerLine[]; problem: RegExp }>([
  { name: 'without an intent', messages: [], ledger: [line], problem: /no intent is committed/ },
  { name: 'before it was due', ledger: [{ ...line, at: '2027-03-01T07:59:59Z' }], problem: /left 1000 ms before/ },
  { name: 'accepted in our books only', ledger: [], problem: /no provider accepted it/ },
  {
    name: 'failed in our books only',
    messages: [{ ...message, state: 'failed', code: 'expired', accepted: false }],
    ledger: [line],
    problem: /is failed \(expired\) in our books, and its provider accepted it/,
  },
])('tells what was sent or booked wrongly: $name', ({ messages = [message], ledger, problem }) => {
  expect(judge({ doses: [dose], messages }, ledger, {}).problems).toEqual([expect.stringMatching(problem)]);
});
