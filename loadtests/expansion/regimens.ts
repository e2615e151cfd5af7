import type { Regimen } from '#src/domain/prescription.ts';

/** A regimen of one rule and the zone its patient lives in. */
export interface Case {
  rule: string;
  zone: string;
  /** Wall clock, `YYYY-MM-DDTHH:mm:ss`. */
  start: string;
}

/** What is prescribed, and to how many of a hundred; `COUNT` stands for a count that is not used up in the window. */
const RULES: [string, number][] = [
  ['FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0', 24],
  ['FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0', 20],
  ['FREQ=DAILY;BYHOUR=8,14,20;BYMINUTE=0;BYSECOND=0', 12],
  ['FREQ=DAILY;BYHOUR=6,12,18,22;BYMINUTE=30;BYSECOND=0', 4],
  ['FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0;COUNT=N', 8],
  ['FREQ=HOURLY;INTERVAL=8', 6],
  ['FREQ=DAILY;INTERVAL=2;BYHOUR=9;BYMINUTE=0;BYSECOND=0', 6],
  ['FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=8;BYMINUTE=0;BYSECOND=0', 6],
  ['FREQ=WEEKLY;BYDAY=SU;BYHOUR=10;BYMINUTE=0;BYSECOND=0', 4],
  ['FREQ=WEEKLY;INTERVAL=4;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=21;BYMINUTE=0;BYSECOND=0', 2],
  ['FREQ=DAILY;INTERVAL=28;BYHOUR=10;BYMINUTE=0;BYSECOND=0', 2],
  ['FREQ=MONTHLY;BYMONTHDAY=1,15;BYHOUR=9;BYMINUTE=0;BYSECOND=0', 3],
  ['FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0;COUNT=N', 2],
  ['FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=15;BYHOUR=9;BYMINUTE=0;BYSECOND=0', 1],
];

/** Their clocks change, or have in the last ten years, but for the first. */
const ZONES = [
  'America/Lima',
  'America/Bogota',
  'America/Mexico_City',
  'America/Sao_Paulo',
  'America/Santiago',
  'America/New_York',
  'Europe/Madrid',
  'Europe/Lisbon',
];

/** More doses than any of the rules has in ten years and two days, fewer than a rule may count. */
const COUNT = 12_000;
const DAY = 86_400_000;

/** `count` regimens that began `ageDays` before `now`, at 07:00 or 07:30, in the proportions of the mix. */
export function mixOf(count: number, now: Date, ageDays: number): Case[] {
  const hundred = RULES.flatMap(([rule, share]) =>
    Array.from({ length: share }, () => rule.replace('=N', `=${COUNT}`)),
  );
  return Array.from({ length: count }, (_, i) => {
    const rule = hundred[(i * 37) % 100] as string;
    const day = new Date(now.getTime() - ageDays * DAY).toISOString().slice(0, 10);
    return {
      rule,
      // rrule-temporal counts hours on the time line, dosebell on the wall clock: only here is that the same.
      zone: ZONES[rule.includes('HOURLY') ? 0 : (i * 5) % ZONES.length] as string,
      start: `${day}T07:${i % 2 === 0 ? '00' : '30'}:00`,
    };
  });
}

/** As the service stores it. */
export function regimenOf({ rule, start }: Case): Regimen {
  return { mode: 'wall', start, rrules: [rule], rdates: [], exdates: [] };
}
