import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repliesOf } from '#test/corpus/read.ts';
import { type Intent, type Understanding, understand } from './understand.ts';

describe('what is beside the intent', () => {
  test.each<[string, Partial<Understanding>]>([
    ['ya la tome pero vomite', { intent: 'problem', reason: 'felt_sick', also: ['taken'] }],
    ['ya la tomé, se me acabó', { intent: 'problem', reason: 'out_of_medicine', also: ['taken'] }],
    ['no la tome, mas tarde', { intent: 'later', also: ['not_taken'] }],
    ['la de la mañana sí, la de la noche no', { intent: 'not_taken', confidence: 'unsure', also: ['taken'] }],
    ['I already took it stop texting me', { intent: 'opt_out', also: ['taken'] }],
    ['me equivoqué, no la tomé', { intent: 'not_taken', confidence: 'sure', correction: true }],
    ['me enganei, tomei sim', { intent: 'taken', confidence: 'sure', correction: true }],
    ['ya la tomé', { correction: false, choice: null, about: null }],
    ['mi mamá ya la tomó', { intent: 'taken', confidence: 'unsure', also: [] }],
    ['mi vecina ya la tomó', { intent: 'other', confidence: 'unsure', also: ['taken'] }],
    ['mi hijo se tomó mi pastilla', { intent: 'urgent', also: ['taken'] }],
    ['ya se la di', { intent: 'taken', confidence: 'sure', also: [] }],
    ['had it', { intent: 'taken', confidence: 'unsure' }],
    ['si jaja', { intent: 'taken', confidence: 'unsure' }],
    ['took it upstairs', { intent: 'taken', confidence: 'unsure' }],
    ['sí la tomo', { intent: 'other', confidence: 'unsure', also: [] }],
    ['la tomo luego', { intent: 'later' }],
    ['no, si ya me la tomé', { intent: 'taken', confidence: 'unsure' }],
    ['no tengo dolor de pecho', { intent: 'other', confidence: 'unsure', also: [] }],
    ['mi papá falleció', { intent: 'other', reason: 'deceased', confidence: 'unsure' }],
  ])('%s', (text, expected) => expect(understand(text)).toMatchObject(expected));
});

describe('the numbers that it names', () => {
  test.each<[string, Understanding['choice'], Intent]>([
    ['1', [1], 'taken'],
    ['2', [2], 'not_taken'],
    ['9', [9], 'other'],
    ['1 y 3', [1, 3], 'other'],
    ['la 2', [2], 'other'],
    ['todas', 'all', 'other'],
    ['ambas', 'all', 'other'],
    ['both', 'all', 'other'],
    ['tomei os dois', 'all', 'taken'],
    ['ya tome la 1 y la 3', [1, 3], 'taken'],
    ['la tomé hace 10 minutos', null, 'taken'],
    ['2024', null, 'other'],
  ])('%s', (text, choice, intent) => expect(understand(text)).toMatchObject({ choice, intent }));
});

describe('the time that it names', () => {
  test.each<[string, Understanding['about']]>([
    ['ya tomé la de las 8', { hour: 8 }],
    ['took the 8pm one', { hour: 20 }],
    ['ya tome la de las 8 de la noche', { hour: 20 }],
    ['la de las 8:30 ya', { hour: 8, minute: 30 }],
    ['12 am', { hour: 0 }],
    ['tomei a das 20 horas', { hour: 20 }],
    ['tomei a de manhã', 'morning'],
    ['la del mediodía', 'midday'],
    ['took my evening pills', 'evening'],
    ['la de la noche no', 'night'],
    ['mañana la tomo', null],
  ])('%s', (text, about) => expect(understand(text).about).toEqual(about));
});

describe('what everyday patients write', () => {
  test.each<[string, Intent]>([
    ['Sí. Gracias por estar tan atenta conmigo.', 'taken'],
    ['mi esposa ya me la dio', 'taken'],
    ['el doctor me dio las pastillas', 'other'],
    ['mi esposa me dio la noticia', 'other'],
    ['hace como 15 min', 'taken'],
    ['comí hace 15 min', 'other'],
    ['ni bien sonó el recordatorio la tomé', 'taken'],
    ['apenas suene el recordatorio la tomo', 'later'],
    ['ya la tomé ahora voy a barrer', 'taken'],
    ['ya tomé café ahora voy a tomar la pastilla', 'later'],
    ['desayuné y después la tomé', 'taken'],
    ['desayuno y después la tomo', 'later'],
    ['took it this morning when I got back', 'taken'],
    ['no había leído el aviso, ya la tomé', 'taken'],
    ['la del mediodía en lugar de la de la noche, la tomé', 'other'],
    ['sure, I "took" it', 'other'],
    ['1 👍', 'taken'],
    ['2 👍', 'other'],
    ['1 mas', 'other'],
    ['si y no', 'other'],
    ['ya tomé, ya deje de mandar mensajes', 'opt_out'],
    ['me tomé como 12 pastillas', 'urgent'],
    ['mi nieta se tragó las pastillas, ayuda', 'urgent'],
    ['"Su medicina de las 08:00. Responda 1 si ya la tomó, 2 si no, LUEGO si más tarde"\nsi', 'taken'],
    ['Su medicina de las 08:00. Responda 1 si ya la tomó, 2 si no, LUEGO si más tarde', 'other'],
  ])('%j', (text, intent) => expect(understand(text, {}).intent).toBe(intent));
});

describe('what the corpora do not hold', () => {
  test.each<[string, Intent, Understanding['confidence']]>([
    ['the baby swallowed both pills', 'urgent', 'sure'],
    ['la cara se me hinchó', 'urgent', 'sure'],
    ['doble dosis tomé', 'urgent', 'sure'],
    ['por error tomé 3', 'urgent', 'sure'],
    ['no es una emergencia', 'other', 'unsure'],
    ['la tomé otra vez', 'problem', 'unsure'],
    ['I took it wrong', 'problem', 'sure'],
    ['la tomé por error', 'problem', 'unsure'],
    ['by mistake I took it', 'problem', 'unsure'],
    ['bajó mi presión', 'problem', 'unsure'],
    ['I stopped vomiting', 'other', 'unsure'],
    ['no tengo agua', 'other', 'unsure'],
    ['mi estómago está lleno', 'other', 'unsure'],
    ['no sé si es el estómago', 'other', 'unsure'],
    ['la equivocada apreté', 'other', 'unsure'],
    ['el doctor dijo que no', 'not_taken', 'sure'],
    ['the doctor told me quit', 'not_taken', 'sure'],
    ['I quit it', 'not_taken', 'sure'],
    ['la suspendí', 'not_taken', 'sure'],
    ["I don't want my pills", 'not_taken', 'sure'],
    ['no la de la mañana', 'not_taken', 'sure'],
    ['não esqueci não tomei', 'other', 'unsure'],
    ['I always forget', 'other', 'unsure'],
    ['no puedo ahora', 'later', 'sure'],
    ['ahora estoy tomando', 'later', 'sure'],
    ["I'm taking a bath", 'other', 'unsure'],
    ['estoy tomando café', 'other', 'unsure'],
    ['mom takes hers', 'other', 'unsure'],
    ['tomo su pastilla', 'other', 'unsure'],
    ['my appointment is tomorrow', 'other', 'unsure'],
    ['not receiving messages', 'opt_out', 'sure'],
    ["I don't want to receive messages", 'opt_out', 'sure'],
    ['dont want to get reminders from you', 'opt_out', 'sure'],
    ["I don't want to", 'not_taken', 'sure'],
    ["I don't want to take it", 'not_taken', 'sure'],
    ["don't want to because it tastes bad", 'not_taken', 'sure'],
    ['my son swallowed all of his pills', 'urgent', 'sure'],
    ['stopped messaging me', 'opt_out', 'sure'],
    ['turn it back on', 'opt_in', 'unsure'],
    ['manaraq', 'later', 'unsure'],
    ['onqosqa', 'problem', 'unsure'],
  ])('%s', (text, intent, confidence) => expect(understand(text)).toMatchObject({ intent, confidence }));
});

describe('how it is written', () => {
  test.each([
    'Y\u200ba la tome\u0301',
    '\u202eya la tome\u202c',
    'ｙａ ｌａ ｔｏｍｅ',
    'ya la tome\n> ¿Tomó su dosis? Responda 1 si ya la tomo, 2 si no',
    'El lun, Clinica escribió:\nya la tomé',
    '👍🏿👍🏿',
    '1️⃣',
    'yaaaa la tomeeee',
  ])('%j', (text) => expect(understand(text)).toMatchObject({ intent: 'taken', confidence: 'sure' }));

  test.each(['', ' ', '...', '\u200f', '🙏', '\ud800', '> Responda 1 si ya la tomo, 2 si no', 'k', 'ok 👍'])(
    '%j says nothing',
    (text) => expect(understand(text)).toMatchObject({ intent: 'other', confidence: 'unsure' }),
  );

  test('a word means what the locale says, when languages differ', () => {
    expect(understand('pronto', { locale: 'pt-BR' }).intent).toBe('taken');
    expect(understand('pronto', { locale: 'es-PE' }).intent).toBe('later');
  });
});

describe("a tenant's own phrases", () => {
  const additions = {
    taken: ['pastillazo listo'],
    later: ['al cantar el gallo'],
    opt_out: ['chau reloj'],
    urgent: ['código rojo'],
  };
  test.each<[string, Intent]>([
    ['¡Pastillazo listo!', 'taken'],
    ['no pastillazo listo', 'other'],
    ['al cantar el gallo', 'later'],
    ['Chau reloj, gracias', 'opt_out'],
    ['doctora, código rojo', 'urgent'],
  ])('%s', (text, intent) => expect(understand(text, { additions }).intent).toBe(intent));

  test('are nobody else’s', () => expect(understand('al cantar el gallo').intent).toBe('other'));
});

const TAKEN = repliesOf('replies')
  .filter((r) => r.expected === 'taken' && !/^>|escribió|^[\p{Emoji}\s]+$/u.test(r.text))
  .map((r) => r.text);
/** "y" is yes in English only. */
const plain = fc.constantFrom(...TAKEN.filter((text) => text.length > 1));

describe('whatever it is given', () => {
  test('it answers, and soon', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4_000 }), (text) => {
        expect(understand(text).also).toBeInstanceOf(Array);
      }),
    );
    const words = [
      'no',
      'ya',
      'la',
      'tome',
      '> ',
      '"',
      'responda 1 ',
      'j',
      'a',
      'mi',
      'se',
      '1',
      ',',
      '?',
      '\u0301',
      'el escribio',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.constantFrom(...words), fc.constantFrom('', ' ', '\n'), (a, b, gap) => {
        const start = performance.now();
        understand(`${a}${gap}${b}${gap}`.repeat(5_000));
        expect(performance.now() - start).toBeLessThan(1_000);
      }),
    );
  });

  test('case, accents, full stops and thanks change no taken', () => {
    fc.assert(
      fc.property(plain, fc.nat(4), (text, way) => {
        const written = [
          text.toUpperCase(),
          text.normalize('NFD').replace(/\p{M}/gu, ''),
          `${text}.`,
          `${text} 🙏`,
          `  ${text.replaceAll(' ', '  ')}!!`,
        ][way];
        expect(understand(written ?? '').intent).toBe('taken');
      }),
      { numRuns: 500 },
    );
  });

  test('a no before the verb is never taken', () => {
    const verb = /\b(?:(?:me|se|la|lo|las|los|le) )*(?:tom[eé]|tomei|took|taken|di|puse|dei|apliquei)(?![\p{L}])/iu;
    const denied = TAKEN.filter((text) => verb.test(text));
    expect(denied.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(
        fc.constantFrom(...denied),
        fc.constantFrom(
          'no',
          'No',
          'nunca',
          'todavía no',
          'aun no',
          'tampoco',
          'não',
          'ainda não',
          'not',
          'never',
          "didn't",
          "haven't",
        ),
        (text, no) => {
          expect(understand(text.replace(verb, (found) => `${no} ${found}`)).intent).not.toBe('taken');
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('a question is never taken', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TAKEN.filter((t) => !/[,.;:!¡\n👍✅💊-]/u.test(t))), (text) => {
        expect(understand(`¿${text}?`).intent).not.toBe('taken');
        expect(understand(`${text}, ¿no?`).intent).not.toBe('taken');
      }),
      { numRuns: 500 },
    );
  });
});
