import { describe, expect, it } from 'vitest';
import type { DoseState } from '../domain/dose.ts';
import { type Departure, emptyTally, isTenantSilent, verdictOfPatient, verdictOn } from './silence.ts';

const NOTHING: Departure = { state: 'open', left: false, answered: false, stuck: false, ends: [] };

describe('an expected dose', () => {
  it.each<[string, Partial<Departure>, string]>([
    ['whose reminder left', { left: true, ends: ['quiet_hours'] }, 'heard'],
    ['that was answered before', { state: 'taken' }, 'heard'],
    ['that was refused by the patient before', { state: 'skipped' }, 'heard'],
    ['that was put off', { answered: true, stuck: true }, 'heard'],
    ['nobody took', { state: 'planned' }, 'silent'],
    ['that was opened without a message', {}, 'silent'],
    ['whose message does not leave', { stuck: true, ends: ['quiet_hours'] }, 'silent'],
    ['that came too late', { state: 'undelivered' }, 'silent'],
    ['whose message waited too long', { ends: ['expired'] }, 'silent'],
    ['whose message nobody could read', { ends: ['unreadable'] }, 'silent'],
    ['of which a provider wants nothing', { ends: ['contact_invalid', '503', 'no_contact'] }, 'silent'],
    ['in quiet hours', { ends: ['quiet_hours', 'quiet_hours'] }, 'explained'],
    ['of nobody who can be reached', { state: 'undelivered', ends: ['no_contact', 'contact_opted_out'] }, 'explained'],
    ['whose contact is gone', { ends: ['refused', 'no_contact'] }, 'refused'],
  ])('%s', (_, facts, verdict) => {
    expect(verdictOn({ ...NOTHING, ...facts })).toBe(verdict);
  });

  it.each<DoseState>(['planned', 'open', 'missed', 'undelivered'])('%s without any reason is silent', (state) => {
    expect(verdictOn({ ...NOTHING, state })).toBe('silent');
  });
});

describe('a patient', () => {
  it.each([
    [{ heard: 3, silent: 1 }, 'silent'],
    [{ heard: 1, refused: 2, explained: 3 }, 'heard'],
    [{ refused: 1, explained: 3 }, 'refused'],
    [{ explained: 3 }, 'explained'],
  ])('%j is %s', (doses, verdict) => {
    expect(verdictOfPatient({ ...emptyTally(), ...doses })).toBe(verdict);
  });
});

describe('a tenant', () => {
  it.each([
    [{ silent: 9 }, false, false],
    [{ silent: 10 }, false, true],
    [{ silent: 10, heard: 40 }, false, true],
    [{ silent: 10, heard: 41 }, false, false],
    [{ silent: 10, explained: 1000 }, false, true],
    [{ refused: 8, silent: 2 }, false, true],
    [{ refused: 50, heard: 1000 }, false, false],
    [{ silent: 201, heard: 100_000 }, false, true],
    [{ silent: 1 }, true, true],
    [{ silent: 1, heard: 1 }, true, false],
    [{ explained: 5 }, true, true],
    [{ heard: 1 }, true, false],
  ])('%j, open: %s, is silent: %s', (patients, isOpen, isSilent) => {
    expect(isTenantSilent({ ...emptyTally(), ...patients }, isOpen)).toBe(isSilent);
  });
});
