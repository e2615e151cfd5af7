import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Language } from '../domain/language.ts';
import type { Regimen } from '../domain/prescription.ts';
import { regimenInWords } from './words.ts';

function regimen(rrules: string | string[], part: Partial<Regimen> = {}): Regimen {
  return { mode: 'wall', start: '2026-11-23T08:00:00', rrules: [rrules].flat(), rdates: [], exdates: [], ...part };
}

const SINCE = {
  es: ', desde el 23 de noviembre de 2026',
  en: ', from 23 November 2026',
  pt: ', desde 23 de novembro de 2026',
};
const AT_8 = { es: `${SINCE.es} a las 08:00`, en: `${SINCE.en} at 08:00`, pt: `${SINCE.pt} às 08:00` };

const LANGUAGES: Language[] = ['es', 'en', 'pt'];

describe('a rule, from a start on Monday 23 November 2026 at 08:00', () => {
  test.each<[rule: string, es: string, en: string, pt: string]>([
    ['FREQ=DAILY', 'todos los días a las 08:00', 'every day at 08:00', 'todos os dias às 08:00'],
    [
      'FREQ=DAILY;BYHOUR=8,20',
      'todos los días a las 08:00 y 20:00',
      'every day at 08:00 and 20:00',
      'todos os dias às 08:00 e 20:00',
    ],
    ['FREQ=DAILY;INTERVAL=2', 'cada 2 días a las 08:00', 'every 2 days at 08:00', 'a cada 2 dias às 08:00'],
    [
      'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR',
      'de lunes a viernes a las 08:00',
      'Monday to Friday at 08:00',
      'de segunda a sexta-feira às 08:00',
    ],
    [
      'FREQ=DAILY;BYMONTHDAY=15',
      'el día 15 de cada mes a las 08:00',
      'on the 15th of each month at 08:00',
      'no dia 15 de cada mês às 08:00',
    ],
    [
      'FREQ=DAILY;INTERVAL=3;BYDAY=MO',
      'cada 3 días, solo los lunes a las 08:00',
      'every 3 days, only on Mondays at 08:00',
      'a cada 3 dias, só às segundas-feiras às 08:00',
    ],
    [
      'FREQ=DAILY;BYMONTH=1,12;BYHOUR=9',
      'todos los días, en enero y diciembre a las 09:00',
      'every day, in January and December at 09:00',
      'todos os dias, em janeiro e dezembro às 09:00',
    ],
    [
      'FREQ=DAILY;BYHOUR=8;BYMINUTE=30;BYSECOND=15',
      'todos los días a las 08:30:15',
      'every day at 08:30:15',
      'todos os dias às 08:30:15',
    ],
    ['FREQ=WEEKLY', 'los lunes a las 08:00', 'on Mondays at 08:00', 'às segundas-feiras às 08:00'],
    [
      'FREQ=WEEKLY;BYDAY=MO,WE,FR',
      'los lunes, miércoles y viernes a las 08:00',
      'on Mondays, Wednesdays and Fridays at 08:00',
      'às segundas-feiras, às quartas-feiras e às sextas-feiras às 08:00',
    ],
    [
      'FREQ=WEEKLY;BYDAY=SU,SA,FR,TH,WE,TU,MO',
      'todos los días a las 08:00',
      'every day at 08:00',
      'todos os dias às 08:00',
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU',
      'cada 2 semanas, los lunes y domingos a las 08:00, con semanas que empiezan en domingo',
      'every 2 weeks, on Mondays and Sundays at 08:00, with weeks that begin on Sunday',
      'a cada 2 semanas, às segundas-feiras e aos domingos às 08:00, com semanas que começam no domingo',
    ],
    [
      'FREQ=MONTHLY',
      'el día 23 de cada mes a las 08:00',
      'on the 23rd of each month at 08:00',
      'no dia 23 de cada mês às 08:00',
    ],
    [
      'FREQ=MONTHLY;BYMONTHDAY=-1',
      'el último día de cada mes a las 08:00',
      'on the last day of each month at 08:00',
      'no último dia de cada mês às 08:00',
    ],
    [
      'FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1,15,-3',
      'cada 3 meses, los días 1, 15 y 3 desde el final a las 08:00',
      'every 3 months, on the 1st, 15th and 3rd-to-last day at 08:00',
      'a cada 3 meses, nos dias 1, 15 e 3 a partir do fim às 08:00',
    ],
    [
      'FREQ=MONTHLY;BYDAY=1MO,-1SU',
      'el primer lunes de cada mes y el último domingo de cada mes a las 08:00',
      'on the first Monday of each month and on the last Sunday of each month at 08:00',
      'na primeira segunda-feira de cada mês e no último domingo de cada mês às 08:00',
    ],
    [
      'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
      'el día 13 de cada mes y a la vez los viernes a las 08:00',
      'on the 13th of each month and at the same time on Fridays at 08:00',
      'no dia 13 de cada mês e ao mesmo tempo às sextas-feiras às 08:00',
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1',
      'cada mes, de lunes a viernes a las 08:00, solo la primera y la última vez del mes',
      'every month, Monday to Friday at 08:00, only the first and last time of the month',
      'a cada mês, de segunda a sexta-feira às 08:00, só a primeira e a última vez do mês',
    ],
    [
      'FREQ=YEARLY',
      'cada año, el día 23 de noviembre a las 08:00',
      'every year, on the 23rd of November at 08:00',
      'a cada ano, no dia 23 de novembro às 08:00',
    ],
    [
      'FREQ=YEARLY;INTERVAL=2;BYMONTH=1,7;BYDAY=2TU',
      'cada 2 años, el segundo martes de enero y julio a las 08:00',
      'every 2 years, on the second Tuesday of January and July at 08:00',
      'a cada 2 anos, na segunda terça-feira de janeiro e julho às 08:00',
    ],
    [
      'FREQ=YEARLY;BYDAY=20MO',
      'cada año, el lunes n.º 20 del año a las 08:00',
      'every year, on the 20th Monday of the year at 08:00',
      'a cada ano, na 20ª segunda-feira do ano às 08:00',
    ],
    [
      'FREQ=YEARLY;BYWEEKNO=20,-1;BYDAY=MO',
      'cada año, en las semanas 20 y última del año y a la vez los lunes a las 08:00',
      'every year, in weeks 20 and last of the year and at the same time on Mondays at 08:00',
      'a cada ano, nas semanas 20 e última do ano e ao mesmo tempo às segundas-feiras às 08:00',
    ],
    [
      'FREQ=YEARLY;BYYEARDAY=100,-1',
      'cada año, los días 100 y último del año a las 08:00',
      'every year, on the 100th day and last day of the year at 08:00',
      'a cada ano, nos dias 100 e último do ano às 08:00',
    ],
    [
      'FREQ=HOURLY;BYHOUR=8,12,20',
      'todos los días a las 08:00, 12:00 y 20:00',
      'every day at 08:00, 12:00 and 20:00',
      'todos os dias às 08:00, 12:00 e 20:00',
    ],
  ])('%s', (rule, es, en, pt) => {
    const expected = { es, en, pt };
    for (const language of LANGUAGES) {
      expect(regimenInWords(regimen(rule), 'America/Lima', language).replace(AT_8[language], SINCE[language])).toBe(
        expected[language] + SINCE[language],
      );
    }
  });

  test.each<[rule: string, es: string, en: string, pt: string]>([
    ['FREQ=HOURLY', 'cada hora, en el minuto 00', 'every hour, at minute 00', 'a cada hora, no minuto 00'],
    [
      'FREQ=HOURLY;INTERVAL=8',
      'cada 8 horas, a las 00:00, 08:00 y 16:00',
      'every 8 hours, at 00:00, 08:00 and 16:00',
      'a cada 8 horas, às 00:00, 08:00 e 16:00',
    ],
    [
      'FREQ=HOURLY;INTERVAL=5;BYDAY=MO',
      'cada 5 horas, solo los lunes',
      'every 5 hours, only on Mondays',
      'a cada 5 horas, só às segundas-feiras',
    ],
    [
      'FREQ=MINUTELY;INTERVAL=90;BYHOUR=8,9',
      'cada 90 minutos, solo en las horas 08 y 09',
      'every 90 minutes, only in hours 08 and 09',
      'a cada 90 minutos, só nas horas 08 e 09',
    ],
    [
      'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6;BYMINUTE=0,30',
      'todos los días en los minutos 00 y 30 de las horas 00, 01, 02, 03, 04, 05 y 06',
      'every day at minutes 00 and 30 of hours 00, 01, 02, 03, 04, 05 and 06',
      'todos os dias nos minutos 00 e 30 das horas 00, 01, 02, 03, 04, 05 e 06',
    ],
    ['FREQ=DAILY;BYHOUR=1', 'todos los días a la 01:00', 'every day at 01:00', 'todos os dias à 01:00'],
  ])('%s, where the time of the start decides too', (rule, es, en, pt) => {
    const expected = { es, en, pt };
    for (const language of LANGUAGES) {
      expect(regimenInWords(regimen(rule), 'America/Lima', language)).toBe(expected[language] + AT_8[language]);
    }
  });
});

test.each<[string, Regimen, es: string, en: string, pt: string]>([
  [
    'elapsed time',
    regimen('FREQ=HOURLY;INTERVAL=8;COUNT=21', { mode: 'elapsed' }),
    'cada 8 horas exactas, 21 dosis, desde el 23 de noviembre de 2026 a las 08:00',
    'every 8 hours exactly, 21 doses, from 23 November 2026 at 08:00',
    'a cada 8 horas exatas, 21 doses, desde 23 de novembro de 2026 às 08:00',
  ],
  [
    'elapsed days are hours',
    regimen('FREQ=DAILY;COUNT=1', { mode: 'elapsed' }),
    'cada 24 horas exactas, 1 dosis, desde el 23 de noviembre de 2026 a las 08:00',
    'every 24 hours exactly, 1 dose, from 23 November 2026 at 08:00',
    'a cada 24 horas exatas, 1 dose, desde 23 de novembro de 2026 às 08:00',
  ],
  [
    'an end in UTC, told in the zone',
    regimen('FREQ=DAILY;UNTIL=20261201T013000Z'),
    'todos los días a las 08:00, hasta el 30 de noviembre de 2026 a las 20:30 inclusive, desde el 23 de noviembre de 2026',
    'every day at 08:00, until 30 November 2026 at 20:30 inclusive, from 23 November 2026',
    'todos os dias às 08:00, até 30 de novembro de 2026 às 20:30 inclusive, desde 23 de novembro de 2026',
  ],
  [
    'the last day of short months',
    { ...regimen('FREQ=MONTHLY', { start: '2026-01-31T08:00:00' }), monthEnd: 'last_day' },
    'el día 31 de cada mes a las 08:00, en los meses más cortos, el último día, desde el 31 de enero de 2026',
    'on the 31st of each month at 08:00, in shorter months, on the last day, from 31 January 2026',
    'no dia 31 de cada mês às 08:00, nos meses mais curtos, no último dia, desde 31 de janeiro de 2026',
  ],
  [
    'rules and dates together',
    regimen(['FREQ=DAILY', 'FREQ=WEEKLY;BYHOUR=13'], {
      rdates: ['2026-12-01T09:00:00'],
      exdates: ['2026-12-02T08:00:00'],
    }),
    'todos los días a las 08:00; además, los lunes a las 13:00; además, el 1 de diciembre de 2026 a las 09:00; excepto el 2 de diciembre de 2026 a las 08:00; desde el 23 de noviembre de 2026',
    'every day at 08:00; also, on Mondays at 13:00; also, on 1 December 2026 at 09:00; except on 2 December 2026 at 08:00; from 23 November 2026',
    'todos os dias às 08:00; além disso, às segundas-feiras às 13:00; além disso, em 1 de dezembro de 2026 às 09:00; exceto em 2 de dezembro de 2026 às 08:00; desde 23 de novembro de 2026',
  ],
  [
    'only dates',
    regimen([], { rdates: ['2026-12-05T01:00:00', '2026-12-01T09:00:00'] }),
    'el 1 de diciembre de 2026 a las 09:00 y el 5 de diciembre de 2026 a la 01:00',
    'on 1 December 2026 at 09:00 and on 5 December 2026 at 01:00',
    'em 1 de dezembro de 2026 às 09:00 e em 5 de dezembro de 2026 à 01:00',
  ],
  [
    'many dates',
    regimen([], { rdates: Array.from({ length: 20 }, (_, i) => `2026-12-${i + 10}T09:00:00`) }),
    'en 20 fechas, del 10 de diciembre de 2026 al 29 de diciembre de 2026',
    'on 20 dates, from 10 December 2026 to 29 December 2026',
    'em 20 datas, de 10 de dezembro de 2026 a 29 de dezembro de 2026',
  ],
])('%s', (_, given, es, en, pt) => {
  const said = LANGUAGES.map((language) => regimenInWords(given, 'America/Lima', language));
  expect(said).toEqual([es, en, pt]);
});

const list = (min: number, max: number) =>
  fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 6 })
    .map((values) => values.filter(Boolean).join());
const part = (name: string, values: fc.Arbitrary<string>) =>
  fc.option(values).map((value) => (value ? [`${name}=${value}`] : []));
const rule = fc
  .tuple(
    fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY').map((freq) => [`FREQ=${freq}`]),
    part('INTERVAL', fc.integer({ min: 1, max: 60 }).map(String)),
    part('BYMONTH', list(1, 12)),
    part('BYWEEKNO', list(-53, 53)),
    part('BYYEARDAY', list(-366, 366)),
    part('BYMONTHDAY', list(-31, 31)),
    part(
      'BYDAY',
      fc.subarray(['MO', '2TU', '-1WE', 'TH', '20FR', '-7SA', 'SU']).map((days) => days.join()),
    ),
    part('BYHOUR', list(0, 23)),
    part('BYMINUTE', list(0, 59)),
    part('BYSECOND', list(0, 59)),
    part('BYSETPOS', list(-366, 366)),
    part('WKST', fc.constantFrom('SU', 'WE')),
    fc.constantFrom([], ['COUNT=3'], ['UNTIL=20270101T000000Z']),
  )
  .map((parts) => parts.flat().join(';'));

test('every readable rule has words in every language, without gaps', () => {
  let said = 0;
  fc.assert(
    fc.property(
      rule,
      fc.constantFrom(...LANGUAGES),
      fc.constantFrom('wall' as const, 'elapsed' as const),
      (text, language, mode) => {
        let words: string;
        try {
          words = regimenInWords(regimen(text, { mode }), 'Europe/Madrid', language);
        } catch (error) {
          expect((error as Error).message).toMatch(/^the rule /);
          return;
        }
        said += 1;
        expect(words.length).toBeGreaterThan(20);
        expect(words).not.toMatch(/undefined|null|NaN|\[object| {2}| ,|, ,|,,|^,|,$/);
      },
    ),
    { numRuns: 4000, seed: 20261122 },
  );
  expect(said).toBeGreaterThan(400);
});

test('what tells two rules apart is in their words', () => {
  const rules = [
    'FREQ=DAILY',
    'FREQ=DAILY;INTERVAL=2',
    'FREQ=DAILY;COUNT=3',
    'FREQ=DAILY;BYHOUR=9',
    'FREQ=DAILY;BYMONTH=2',
    'FREQ=WEEKLY',
    'FREQ=WEEKLY;INTERVAL=2',
    'FREQ=WEEKLY;INTERVAL=2;WKST=SU',
    'FREQ=MONTHLY',
    'FREQ=MONTHLY;BYMONTHDAY=-23',
    'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2',
    'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-2',
    'FREQ=MONTHLY;BYDAY=2MO',
    'FREQ=YEARLY',
    'FREQ=YEARLY;BYMONTHDAY=23',
    'FREQ=YEARLY;BYYEARDAY=23',
    'FREQ=YEARLY;BYWEEKNO=23',
    'FREQ=HOURLY',
    'FREQ=HOURLY;BYMINUTE=30',
    'FREQ=HOURLY;INTERVAL=7',
    'FREQ=HOURLY;INTERVAL=7;BYMINUTE=30',
    'FREQ=MINUTELY;INTERVAL=7',
  ];
  for (const language of LANGUAGES) {
    const said = rules.map((text) => regimenInWords(regimen(text), 'America/Lima', language));
    // The 23rd of each month is the same whether the rule is MONTHLY or YEARLY;BYMONTHDAY=23.
    expect(new Set(said).size).toBe(rules.length - 1);
  }
});
