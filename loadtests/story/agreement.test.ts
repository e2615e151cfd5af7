import { describe, expect, it } from 'vitest';
import type { AttemptRow } from '#src/store/accounting.ts';
import { differences, type LedgerEntry } from './agreement.ts';

const attempt = (given: Partial<AttemptRow> = {}): AttemptRow => ({
  id: 'a',
  channel: 'sms',
  state: 'accepted',
  code: null,
  accepted: true,
  underWay: false,
  ...given,
});
const entry = (given: Partial<LedgerEntry> = {}): LedgerEntry => ({
  attemptId: 'a',
  channel: 'sms',
  outcome: 'accepted',
  code: null,
  ...given,
});
const refused = entry({ outcome: 'refused', code: '429' });

describe('differences', () => {
  it.each([
    { name: 'accepted on both sides', attempts: [attempt()], ledger: [entry()] },
    { name: 'refused, then accepted', attempts: [attempt()], ledger: [refused, entry()] },
    { name: 'refused for good', attempts: [attempt({ state: 'failed', accepted: false })], ledger: [refused] },
    { name: 'never left', attempts: [attempt({ state: 'cancelled', accepted: false })], ledger: [] },
    {
      name: 'a push repeated under its tag',
      attempts: [attempt({ channel: 'push' })],
      ledger: [entry({ channel: 'push' }), entry({ channel: 'push' })],
    },
    {
      name: 'honestly unknown, and there',
      attempts: [attempt({ state: 'unknown', accepted: false })],
      ledger: [entry()],
    },
    { name: 'accepted, delivery failed', attempts: [attempt({ state: 'failed' })], ledger: [entry()] },
  ])('agree: $name', ({ attempts, ledger }) => {
    expect(differences(attempts, ledger)).toEqual([]);
  });

  it.each([
    { name: 'lost at the provider', attempts: [attempt()], ledger: [], says: 'not at the provider' },
    {
      name: 'sent although cancelled',
      attempts: [attempt({ state: 'cancelled', accepted: false })],
      ledger: [entry()],
      says: 'not here',
    },
    { name: 'a doubled SMS', attempts: [attempt()], ledger: [entry(), entry()], says: 'accepted 2 times' },
    {
      name: 'under way at the end',
      attempts: [attempt({ state: 'intent', accepted: false, underWay: true })],
      ledger: [],
      says: 'under way',
    },
    { name: 'a message we do not know', attempts: [], ledger: [entry({ attemptId: 'x' })], says: 'do not know' },
    {
      name: 'a message that names no attempt',
      attempts: [],
      ledger: [entry({ attemptId: null })],
      says: 'do not know',
    },
  ])('differ: $name', ({ attempts, ledger, says }) => {
    expect(differences(attempts, ledger)).toEqual([expect.stringContaining(says)]);
  });
});
