import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Regimen } from '../domain/prescription.ts';
import { expand } from './expand.ts';
import { parseLocal, toInstant } from './local-time.ts';
import { parseRule } from './rule.ts';
import { checkRegimen } from './validate.ts';

/** Cases nobody on the project wrote; see their SOURCES.md. They are read beside the checkout and never edited. */
const FOLDER = new URL('../../../shared/data/rrule/', import.meta.url);
const here = existsSync(FOLDER);
if (!here) console.warn('third-party RRULE cases are not beside the checkout: skipped');
const read = (file: string) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));

interface Case {
  id: string;
  rule: string;
  dtstart: string;
  tz: string | null;
  limit: number;
  exhaustive: boolean;
  expected: string[];
  expected_utc?: string[];
  expected_elapsed_utc?: string[];
  exdates?: string[];
  consensus?: string;
  rfc5545_issues?: string[];
  tzdata_sensitive?: boolean;
}

/** What expansion answers for a case, or the reason why it is refused. */
function answer(c: Case, mode: Regimen['mode']): { refused: string } | { local: string[]; utc: string[] } {
  const start = c.dtstart.length === 10 ? `${c.dtstart}T00:00:00` : c.dtstart;
  const regimen: Regimen = { mode, start, rrules: [c.rule], rdates: [], exdates: c.exdates ?? [] };
  const zone = c.tz ?? 'UTC';
  const from = new Date(toInstant(parseLocal(start) as number, zone));
  const [error] = checkRegimen(regimen, zone, from);
  if (error) {
    // A readable rule without any occurrence is refused as a schedule, which is the empty answer that was expected.
    const empty = c.expected.length === 0 && typeof parseRule(c.rule) !== 'string';
    return empty ? { local: [], utc: [] } : { refused: error.detail };
  }
  const to = new Date(Date.UTC(from.getUTCFullYear() + 300, 0, 1));
  const found = expand(regimen, zone, from, to, c.exhaustive ? c.limit + 1 : c.limit);
  return {
    local: found.map((dose) => `${dose.localDate}T${dose.localTime}`),
    utc: found.map((dose) => dose.at.toISOString().replace('.000', '')),
  };
}

/** What dosebell asks of a dose schedule beyond RFC 5545; whatever else is refused is a difference. */
const ON_PURPOSE: [RegExp, string][] = [
  [/SECONDLY/, 'every second'],
  [/15 minutes apart|several BYSECOND/, 'doses under 15 minutes apart'],
  [/UNTIL=\d{8};/, 'a date-only UNTIL'],
  [/never fires within 8 years/, 'no dose for 8 years'],
  [/not a part of an RFC/, 'a part that RFC 5545 does not have'],
];

/** Where dosebell answers otherwise, and why. */
const REASONS: Record<string, string> = {
  rr0499:
    'YEARLY;BYMONTHDAY=-1 without BYMONTH: the last day of every month here, as in dateutil, rrule.js and rrule-temporal; ical.js and libical, whose case it is, take only the month of the start',
};

function compare(cases: Case[], check: (c: Case) => string | undefined) {
  const refused: Record<string, number> = {};
  const differ: string[] = [];
  let agree = 0;
  for (const c of cases) {
    const problem = check(c);
    const purpose = ON_PURPOSE.find(([reason]) => problem && reason.test(problem))?.[1];
    if (problem === undefined) agree += 1;
    else if (purpose) refused[purpose] = (refused[purpose] ?? 0) + 1;
    else differ.push(`${c.id} ${c.rule}: ${problem} (${REASONS[c.id] ?? 'NO REASON'})`);
  }
  const refusals = Object.values(refused).reduce((a, b) => a + b, 0);
  return { counts: { agree, 'refused on purpose': refusals, differ: differ.length }, refused, differ };
}

const text = (values: string[]) => values.slice(0, 6).join(' ');

test.skipIf(!here)('rules from several libraries (strong or medium consensus)', () => {
  const cases = (read('rrule-cases.json').cases as Case[]).filter(
    (c) => c.consensus !== 'weak' && c.rfc5545_issues?.length === 0,
  );
  const { counts, refused, differ } = compare(cases, (c) => {
    const got = answer(c, 'wall');
    if ('refused' in got) return got.refused;
    const local = c.dtstart.length === 10 ? got.local.map((day) => day.slice(0, 10)) : got.local;
    return local.join() === c.expected.join() ? undefined : `${text(local)} instead of ${text(c.expected)}`;
  });
  console.log('rrule-cases.json', cases.length, counts, refused, differ);
  expect(counts.agree).toBeGreaterThan(300);
  expect(differ.map((line) => line.split(' ')[0])).toEqual(Object.keys(REASONS));
});

test.skipIf(!here)('medication rules around gaps and overlaps, on the wall clock', () => {
  const cases = (read('tz-regimen-cases.json').cases as Case[]).filter((c) => !c.tzdata_sensitive);
  const { counts, differ } = compare(cases, (c) => {
    const got = answer(c, 'wall');
    if ('refused' in got) return got.refused;
    const same = got.local.join() === c.expected.join() && got.utc.join() === c.expected_utc?.join();
    return same ? undefined : `${text(got.utc)} instead of ${text(c.expected_utc ?? [])}`;
  });
  console.log('tz-regimen-cases.json, wall clock', cases.length, counts, differ);
  expect(differ).toEqual([]);
  expect(counts.agree).toBe(cases.length);
});

test.skipIf(!here)('hourly medication rules around gaps and overlaps, in elapsed time', () => {
  const cases = (read('tz-regimen-cases.json').cases as Case[]).filter((c) => c.expected_elapsed_utc);
  const { counts, differ } = compare(cases, (c) => {
    const got = answer(c, 'elapsed');
    if ('refused' in got) return got.refused;
    const same = got.utc.join() === c.expected_elapsed_utc?.join();
    return same ? undefined : `${text(got.utc)} instead of ${text(c.expected_elapsed_utc ?? [])}`;
  });
  console.log('tz-regimen-cases.json, elapsed', cases.length, counts, differ);
  expect(differ).toEqual([]);
  expect(counts.agree).toBe(cases.length);
});

test.skipIf(!here)('every text that a strict parser must refuse is refused', () => {
  const texts = read('rrule-invalid.json') as { text: string }[];
  const accepted = texts.filter(({ text }) => {
    const regimen: Regimen = { mode: 'wall', start: '2026-01-01T08:00:00', rrules: [text], rdates: [], exdates: [] };
    return checkRegimen(regimen, 'America/Lima', new Date('2026-01-01T00:00:00Z')).length === 0;
  });
  console.log('rrule-invalid.json', texts.length, { refused: texts.length - accepted.length });
  expect(accepted).toEqual([]);
});
