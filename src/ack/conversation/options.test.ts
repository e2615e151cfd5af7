import { describe, expect, it } from 'vitest';
import { segmentsOf } from '#channels/sms-segments.ts';
import { LANGUAGES } from '../../domain/language.ts';
import type { TalkedDose } from '../../store/inbound.ts';
import { ANSWERS } from '../../texts/answers.ts';
import { fill } from '../../texts/liquid.ts';
import { cheaperSpelling, isGsm7 } from '../../texts/spelling.ts';
import { numberedList, personLabels } from './options.ts';

function dose(i: number, time: string, patientId = 'p'): TalkedDose {
  return {
    id: `d${i}`,
    localDate: '2026-11-23',
    tenantId: 't',
    patientId,
    prescriptionId: `r${i}`,
    dueAt: new Date(`2026-11-23T${time}:00Z`),
    windowEndsAt: new Date(`2026-11-23T${time}:00Z`),
    state: 'open',
    zone: 'UTC',
    locale: 'es',
    sentAt: null,
    quoted: false,
    answeredAt: null,
  };
}
const nobody = new Map<string, string>();

describe('a numbered list', () => {
  it('lists by part of the day and time, oldest first, with 9 for all of them', () => {
    const list = numberedList([dose(2, '12:00'), dose(1, '08:00')], 'taken', 'es', nobody);
    expect(list).toEqual({
      text: 'Responda con el numero. ¿Cual tomo? 1 Mañana 08:00, 2 Mediodia 12:00, 9 todas',
      options: [
        { n: 1, doseIds: ['d1'] },
        { n: 2, doseIds: ['d2'] },
        { n: 9, doseIds: ['d1', 'd2'] },
      ],
    });
  });

  it('has one option for doses of one patient at one time, and says how many', () => {
    const list = numberedList([dose(1, '08:00'), dose(2, '08:00')], 'skipped', 'en', nobody);
    expect(list?.text).toBe('Reply with the number. Which did you not take? 1 Morning 08:00 (2)');
    expect(list?.options).toEqual([{ n: 1, doseIds: ['d1', 'd2'] }]);
  });

  it('names who on a shared phone, and is none where two cannot be told apart', () => {
    const doses = [dose(1, '08:00', 'x'), dose(2, '08:00', 'y')];
    const labels = new Map([
      ['x', 'J.'],
      ['y', 'L.'],
    ]);
    expect(numberedList(doses, 'taken', 'es', labels)?.text).toBe(
      'Responda con el numero. ¿Quien la tomo? 1 J. Mañana 08:00, 2 L. Mañana 08:00, 9 todas',
    );
    expect(numberedList(doses, 'taken', 'es', new Map([...labels, ['y', 'J.']]))).toBeNull();
  });

  it.each(LANGUAGES)('fits one segment in %s with as many doses and as long names as there may be', (language) => {
    const labels = new Map([...Array(10).keys()].map((i) => [`p${i}`, `Maximiliano${i}`]));
    for (const answer of ['taken', 'skipped', 'snoozed'] as const) {
      for (let count = 1; count <= 10; count++) {
        const doses = [...Array(count).keys()].map((i) => dose(i, `1${i}:00`, `p${i}`));
        const list = numberedList(doses, answer, language, labels);
        expect(isGsm7(list?.text ?? 'á')).toBe(true);
        expect(segmentsOf(list?.text ?? '')).toBe(1);
        const singles = list?.options.filter(({ n }) => n !== 9) ?? [];
        expect(singles.length).toBeGreaterThan(0);
        expect(list?.options.find(({ n }) => n === 9)?.doseIds ?? []).toEqual(
          singles.length > 1 ? singles.flatMap(({ doseIds }) => doseIds) : [],
        );
        expect(singles.at(-1)?.doseIds).toEqual([`d${count - 1}`]); // the newest is never left out
      }
    }
  });
});

describe('what patients of one number are called', () => {
  const called = (names: (string | null)[], byName = false) => [
    ...personLabels(names.map((name, i) => ({ patientId: `p${i}`, name, byName }))).values(),
  ];
  it.each([
    { names: ['Juan Quispe', 'Luisa Quispe'], labels: ['J.', 'L.'] },
    { names: ['Juan', 'José'], labels: ['Jua.', 'Jos.'].map((l) => `${l.slice(0, 2)}.`) },
    { names: ['Ángel', null], labels: ['A.', ''] },
  ])('$names → $labels', ({ names, labels }) => expect(called(names)).toEqual(labels));

  it('is the first name where the tenant wants that', () => {
    expect(called(['Ñusta Mamani', 'Firulais'], true)).toEqual(['Nusta', 'Firulais']);
  });
});

describe('an answer', () => {
  const TIMES = '08:00, 09:00, 10:00, 11:00, 12:00, 13:00, 14:00, 15:00';
  it.each(LANGUAGES)('fits one segment in %s with its longest values, and advises nothing', (language) => {
    for (const [key, text] of Object.entries(ANSWERS[language])) {
      const isOfMany = /several|snoozed|hello_open/.test(key);
      const time = isOfMany ? TIMES : '23:59';
      const full = fill(text, { time, clinic: 'Red de clínicas del Sur', phone: '+51 1 700 9000' });
      expect([key, full.length, segmentsOf(cheaperSpelling(full))]).toEqual([key, full.length, 1]);
      expect(full).not.toMatch(/doble|double|dobro|dos veces|twice/i);
    }
  });
});
