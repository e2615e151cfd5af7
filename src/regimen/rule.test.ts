import { expect, test } from 'vitest';
import { parseRule } from './rule.ts';

const EMPTY = {
  freq: 'DAILY',
  interval: 1,
  weekStart: 0,
  byDay: [],
  byMonth: [],
  byMonthDay: [],
  byYearDay: [],
  byWeekNo: [],
  byHour: [],
  byMinute: [],
  bySecond: [],
  bySetPos: [],
};

test.each<[string, object]>([
  ['FREQ=DAILY', {}],
  ['freq=daily;byhour=20,8,8', { byHour: [8, 20] }],
  ['FREQ=DAILY;', {}],
  ['INTERVAL=2;FREQ=HOURLY;COUNT=7', { freq: 'HOURLY', interval: 2, count: 7 }],
  ['FREQ=DAILY;UNTIL=20270131T235959Z', { until: { ms: Date.UTC(2027, 0, 31, 23, 59, 59), utc: true } }],
  ['FREQ=DAILY;UNTIL=20270131T235959', { until: { ms: Date.UTC(2027, 0, 31, 23, 59, 59), utc: false } }],
  [
    'FREQ=MONTHLY;BYDAY=-1FR,+2MO,SU;WKST=SU;BYSETPOS=-1',
    {
      freq: 'MONTHLY',
      weekStart: 6,
      bySetPos: [-1],
      byDay: [
        { weekday: 4, nth: -1 },
        { weekday: 0, nth: 2 },
        { weekday: 6, nth: 0 },
      ],
    },
  ],
])('%s is read', (text, expected) => {
  expect(parseRule(text)).toEqual({ ...EMPTY, ...expected });
});

test.each([
  ['', 'NAME=value'],
  ['BYHOUR=8', 'no FREQ'],
  ['RRULE:FREQ=DAILY', 'prefix'],
  ['DTSTART:20260101T080000\nRRULE:FREQ=DAILY', 'DTSTART'],
  ['FREQ=DAILY;TZID=America/Lima', '"TZID"'],
  ['FREQ=DAILY;DTSTART=20260101', '"DTSTART"'],
  ['FREQ=DAILY;FREQ=DAILY', 'twice'],
  ['FREQ=DAILY;BYHOUR', 'NAME=value'],
  ['FREQ=DAILY;;BYHOUR=8', 'NAME=value'],
  ['FREQ=DAILY; BYHOUR=8', '" BYHOUR"'],
  ['FREQ=SECONDLY', 'FREQ=SECONDLY'],
  ['FREQ=DAILY;INTERVAL=0', 'INTERVAL=0'],
  ['FREQ=DAILY;INTERVAL=99999999999999999999', 'INTERVAL='],
  ['FREQ=DAILY;COUNT=0', 'COUNT=0'],
  ['FREQ=DAILY;COUNT=999999', 'COUNT='],
  ['FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z', 'both COUNT and UNTIL'],
  ['FREQ=DAILY;UNTIL=20270101', 'UNTIL=20270101'],
  ['FREQ=DAILY;UNTIL=20270230T000000Z', 'UNTIL='],
  ['FREQ=DAILY;BYHOUR=24', 'from 0 to 23'],
  ['FREQ=DAILY;BYHOUR=8,', 'BYHOUR=8,'],
  ['FREQ=DAILY;BYHOUR=-1', 'BYHOUR=-1'],
  ['FREQ=MONTHLY;BYMONTHDAY=0', 'BYMONTHDAY=0'],
  ['FREQ=MONTHLY;BYMONTHDAY=32', 'BYMONTHDAY=32'],
  ['FREQ=YEARLY;BYDAY=0MO', 'BYDAY=0MO'],
  ['FREQ=YEARLY;BYDAY=54MO', 'BYDAY=54MO'],
  ['FREQ=WEEKLY;BYDAY=1MO', 'numbered BYDAY'],
  ['FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY'],
  ['FREQ=MONTHLY;BYYEARDAY=1', 'BYYEARDAY'],
  ['FREQ=MONTHLY;BYWEEKNO=1', 'BYWEEKNO'],
  ['FREQ=DAILY;BYSETPOS=1', 'BYSETPOS'],
  ['FREQ=DAILY;WKST=XX', 'WKST=XX'],
  [`FREQ=DAILY;BYHOUR=${'8,'.repeat(300)}8`, '500 characters'],
  ['FREQ=DAILY;\u0000=1', '"?"'],
])('%j is refused, naming %s', (text, part) => {
  const problem = parseRule(text);
  expect(problem).toBeTypeOf('string');
  expect(problem).toContain(part);
});
