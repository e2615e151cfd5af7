import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '../../clock.ts';
import { LANGUAGES, type Language } from '../../domain/language.ts';
import type { Regimen } from '../../domain/prescription.ts';
import { previewText } from '../../regimen/preview-text.ts';
import type { QuietHours } from '../../regimen/quiet.ts';
import { checkRegimen } from '../../regimen/validate.ts';
import { type Command, UsageError, whole } from './command.ts';

const MOST_DAYS = 366;

export const previewCommand: Command = {
  summary: 'show the next doses of a regimen, what it says in words, and warnings',
  help: `dosebell preview --rrule RULE --start TIME --zone ZONE [options]
dosebell preview --file prescription.json --zone ZONE [options]
Shows the doses in the patient's local time and in UTC. Needs no database; refuses what the API would refuse.

  --rrule RULE     an RFC 5545 RRULE value such as FREQ=DAILY;BYHOUR=8,20; may be repeated
  --start TIME     wall clock, YYYY-MM-DDTHH:mm:ss
  --zone ZONE      the patient's IANA zone, such as America/Lima
  --rdate TIME     a single dose, wall clock; may be repeated
  --exdate TIME    a dose that is left out, wall clock; may be repeated
  --mode MODE      wall (default) or elapsed
  --month-end HOW  skip (default) or last_day: what the 31st is in a month without it
  --cycle ON/OFF   days on and days off in turn, such as 21/7
  --file FILE      the regimen from a JSON file: the body of POST /v1/prescriptions, or its "regimen" alone
  --days N         how many days to show, 1 to ${MOST_DAYS}, from now or the start, whichever is later; default 7
  --locale LANG    es (default), en or pt
  --quiet FROM-TO  the patient's quiet hours, such as 22:00-07:00
  --critical       the prescription is critical, and the patient agreed to its reminders in quiet hours

Exit code: 0; 1 when the regimen is refused; 2 when the command line is not understood.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        rrule: { type: 'string', multiple: true, default: [] },
        start: { type: 'string' },
        zone: { type: 'string' },
        rdate: { type: 'string', multiple: true, default: [] },
        exdate: { type: 'string', multiple: true, default: [] },
        mode: { type: 'string' },
        'month-end': { type: 'string' },
        cycle: { type: 'string' },
        file: { type: 'string' },
        days: { type: 'string', default: '7' },
        locale: { type: 'string', default: 'es' },
        quiet: { type: 'string' },
        critical: { type: 'boolean', default: false },
      },
    });
    const { zone, critical } = values;
    const regimen = values.file === undefined ? regimenOf(values) : regimenIn(values.file);
    if (zone === undefined) throw new UsageError('--zone is needed, such as --zone America/Lima');
    const days = whole('--days', values.days, 1, MOST_DAYS);
    const language = readLanguage(values.locale);
    const quietHours = values.quiet === undefined ? undefined : readQuiet(values.quiet);
    const now = systemClock().now();
    const errors = checkRegimen(regimen, zone, now);
    if (errors.length > 0) {
      for (const { field, detail } of errors) console.error(`dosebell preview: ${field} ${detail}`);
      return 1;
    }
    console.log(previewText({ regimen, zone, now, days, language, quietHours, critical }));
    return 0;
  },
};

function regimenOf(values: {
  rrule: string[];
  rdate: string[];
  exdate: string[];
  start?: string | undefined;
  mode?: string | undefined;
  'month-end'?: string | undefined;
  cycle?: string | undefined;
}): Regimen {
  const { rrule, rdate, exdate, start, mode = 'wall', 'month-end': monthEnd = 'skip', cycle } = values;
  if (rrule.length + rdate.length === 0) throw new UsageError('give --rrule or --rdate, or --file');
  if (start === undefined) throw new UsageError('--start is needed, such as --start 2026-11-23T08:00:00');
  return {
    mode: oneOf('--mode', mode, ['wall', 'elapsed']),
    start,
    rrules: rrule,
    rdates: rdate,
    exdates: exdate,
    monthEnd: oneOf('--month-end', monthEnd, ['skip', 'last_day']),
    ...(cycle === undefined ? {} : { cycle: cycleOf(cycle) }),
  };
}

function regimenIn(file: string): Regimen {
  let json: { regimen?: unknown };
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be read as JSON: ${(error as Error).message}`);
  }
  const given = (json?.regimen ?? json) as Record<string, unknown>;
  const texts = (field: string): string[] => {
    const list = given[field] ?? [];
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
    throw new UsageError(`${file}: regimen.${field} must be a list of texts`);
  };
  if (typeof given?.start !== 'string') throw new UsageError(`${file} holds no regimen with a start`);
  return {
    mode: oneOf(`${file}: regimen.mode`, given.mode ?? 'wall', ['wall', 'elapsed']),
    start: given.start,
    rrules: texts('rrules'),
    rdates: texts('rdates'),
    exdates: texts('exdates'),
    monthEnd: oneOf(`${file}: regimen.monthEnd`, given.monthEnd ?? 'skip', ['skip', 'last_day']),
    ...(given.cycle === undefined ? {} : { cycle: given.cycle as NonNullable<Regimen['cycle']> }), // checked with the rest
  };
}

/** `21/7` → 21 days on, 7 off; what is no pair of numbers is refused with the regimen. */
function cycleOf(text: string): NonNullable<Regimen['cycle']> {
  const [onDays = Number.NaN, offDays = Number.NaN] = text.split('/').map(Number);
  return { onDays, offDays };
}

function oneOf<T extends string>(name: string, value: unknown, known: readonly T[]): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new UsageError(`${name} must be ${known.join(' or ')}`);
  return found;
}

function readLanguage(text: string): Language {
  return oneOf('--locale', text.slice(0, 2).toLowerCase(), LANGUAGES);
}

function readQuiet(text: string): QuietHours {
  const time = '((?:[01]\\d|2[0-3]):[0-5]\\d)';
  const match = new RegExp(`^${time}-${time}$`).exec(text);
  if (match === null) throw new UsageError('--quiet must be two times such as 22:00-07:00');
  return { from: match[1] as string, to: match[2] as string };
}
