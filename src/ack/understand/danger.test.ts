import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repliesOf } from '#test/corpus/read.ts';
import { understand } from './understand.ts';

/** Plain sentences of taking: a verb, no second thought in them. */
const PLAIN = repliesOf('replies').filter(
  ({ text, expected }) =>
    expected === 'taken' &&
    /^[\p{L}\s'.!]+$/u.test(text) &&
    / /.test(text) &&
    /tom[eéa]|took|taken|\bdi\b|\bdei\b|gave/iu.test(text) &&
    !/\b(pero|but|mas)\b|olvid|forgot|esquec/iu.test(text),
);

/** The closed classes: denial, doubt, pretence, a part, another day, what is to come, another person, twice, a symptom. */
const BEFORE = {
  es: 'no,nunca,nadie,todavía no,aún no,ni,sin que,casi,creo que,quizás,tal vez,no sé si,pensé que,ojalá,si hubiera,diga que,ayer,mañana,cuando,apenas,quiero,la mitad,mi vecina,mi esposo',
  en: 'not,never,nobody,almost,I think,maybe,I guess,not sure,if,when,wish,had I,should have,pretend,yesterday,half,my neighbor,my husband,who,she says',
  pt: 'não,nunca,ninguém,ainda não,nem,quase,acho que,talvez,não sei se,pensei que,finge que,se,ontem,amanhã,quando,metade,minha vizinha',
};
const AFTER = {
  es: 'no,ayer,anoche,el lunes,la semana pasada,la mitad,a medias,casi,mañana,luego,más tarde,creo,no sé,tal vez,quizás,supuestamente,dos veces,otra vez,mentira,en sueños,menos una,pero solo una,pero la otra no,pero la vomité,y la escupí,y me maree,me siento mal',
  en: 'not,yesterday,last night,last week,on Monday,half,half of it,only one,but not all,except one,almost,tomorrow,later,maybe,I think,I guess,not sure,twice,again,just kidding,by mistake,but threw up,but feel sick',
  pt: 'não,ontem,semana passada,segunda feira,metade,só um,menos um,mas o outro não,quase,amanhã,depois,mais tarde,acho,não sei,talvez,duas vezes,de novo,mentira,por engano,mas vomitei,passei mal',
};

const anyOf = (words: typeof BEFORE) =>
  fc.constantFrom(...PLAIN).chain(({ text, locale }) =>
    fc.record({
      text: fc.constant(text.replace(/[.!]+$/, '')),
      locale: fc.constant(locale),
      word: fc.constantFrom(...words[locale].split(',')),
    }),
  );
const sureTaken = (text: string, locale: string) => {
  const { intent, confidence } = understand(text, { locale });
  return intent === 'taken' && confidence === 'sure';
};

describe('a dangerous word beside a plain sentence of taking', () => {
  test('there are sentences to try', () => expect(PLAIN.length).toBeGreaterThan(100));

  test('before it: never surely taken', () => {
    fc.assert(
      fc.property(anyOf(BEFORE), ({ text, locale, word }) => {
        expect(sureTaken(`${word} ${text}`, locale)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  test('after it: never surely taken', () => {
    fc.assert(
      fc.property(anyOf(AFTER), fc.constantFrom(' ', ', ', '. '), ({ text, locale, word }, gap) => {
        expect(sureTaken(`${text}${gap}${word}`, locale)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a question mark: not taken at all', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PLAIN), ({ text, locale }) => {
        expect(understand(`${text.replace(/[.!]+$/, '')}?`, { locale }).intent).not.toBe('taken');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a remark that nobody knows', () => {
  test.each([
    ['es', 'ya la tomé con mi tecito de manzanilla mientras veía la novela'],
    ['es', 'la tomé, estaba en el mercado pero me acordé'],
    ['es', 'ya la tomé, mañana nos vemos en la cita'],
    ['es', 'la tomé aunque no tenía ganas'],
    ['es', 'ya la tomé jefa no me regañe'],
    ['en', 'took it as soon as I woke up, the cat was yowling'],
    ['en', 'took it, heading to work'],
    ['pt', 'tomei assim que o despertador tocou'],
    ['pt', 'já tomei, tava na fila do banco'],
  ])('%s: %s', (locale, text) => expect(understand(text, { locale }).intent).toBe('taken'));

  test.each([
    ['es', 'tomé desayuno'],
    ['es', 'la tomé pero la otra no'],
    ['es', 'me tomé todas menos esa'],
    ['es', 'tomé la de la noche adelantada'],
    ['es', 'le di mi pastilla a mi mamá'],
    ['es', 'revisa si ya la tomé'],
    ['es', 'se la di a otra persona'],
    ['es', 'ya gracias por el recordatorio'],
    ['en', 'I took hers'],
    ['en', 'laundry is done'],
    ['en', 'took it back to the pharmacy'],
    ['en', 'kid took my pills'],
    ['pt', 'tomei o dela'],
    ['pt', 'tomei e não tô conseguindo respirar direito'],
  ])('%s: %s is not taken', (locale, text) => expect(understand(text, { locale }).intent).not.toBe('taken'));
});

test('a usual reply takes less than a millisecond', () => {
  const replies = PLAIN.slice(0, 100);
  for (const { text } of replies) understand(text);
  const start = performance.now();
  for (let i = 0; i < 10; i++) for (const { text } of replies) understand(text);
  expect((performance.now() - start) / 1_000).toBeLessThan(1);
});
