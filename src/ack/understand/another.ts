import { any, some, textOf } from './match.ts';
import type { Piece } from './symbols.ts';

export const GIVES = /^(gave|put)$/;

/** What was taken was, or may be, something else: another's dose, one of another time, another medicine, the laundry. */
export function isAnother(symbols: Piece[], core: number): boolean {
  return (
    isOthers(symbols, core) ||
    isAhead(symbols) ||
    isElse(symbols, core) ||
    isForIll(symbols) ||
    nameAlone(symbols) ||
    isInstead(symbols) ||
    symbols.some((s, i) => alternative(s, symbols[i + 1]))
  );
}

/** "me tomé la de la noche adelantada": a dose that was not due yet. */
function isAhead(symbols: Piece[]): boolean {
  const ahead = symbols.find((s) => s.classes.has('ahead'));
  if (ahead === undefined) return false;
  // In English the time must be the dose's: "the evening one early", not "this morning, early".
  const english = /^(early|ahead)/.test(ahead.words[0] ?? '');
  return symbols.some(
    (s, i) => some(s, /^(part|clock)$/) && (!english || some(symbols[i + 1] ?? s, /^(clitic|med|pm|am)$/)),
  );
}

/** "I took hers", "tomei o dela", "le di mi pastilla": what was another's, or went to another. */
function isOthers(symbols: Piece[], core: number): boolean {
  const verb = symbols[core] as Piece;
  if (some(verb, /^gave$/))
    return (
      ofSomeone(symbols) || symbols.some((s, i) => s.classes.has('poss') && some(symbols[i + 1] ?? s, /^(med|drug)$/))
    );
  return some(verb, /^took$/) && symbols.slice(core + 1, core + 6).some((s) => OTHERS.test(s.words.join(' ')));
}

/** "la pastilla del gato al perro": one's medicine, and another one. */
export function ofSomeone(symbols: Piece[]): boolean {
  const people = symbols.filter((s) => some(s, /^(care|third|kin|spouse|friend)$/));
  return people.length > 1 && symbols.some((s, i) => people.includes(s) && owner(symbols[i - 1]));
}
const OTHERS = /^((la|lo|las|los|el) )?(his|hers|her|their|theirs|dele|dela|deles|delas|suy[ao]s?|tuy[ao]s?)$/;

/** "una pastilla para dormir", "um remédio pra dor": another medicine than the one that was due, unless it is "mine". */
const isForIll = (symbols: Piece[]) =>
  symbols.some(
    (s, i) =>
      s.classes.has('med') &&
      !(symbols[i - 1] ?? s).classes.has('poss') &&
      /^(para|pra|for)$/.test(symbols[i + 1]?.words.at(-1) ?? '') &&
      any(symbols.slice(i + 2, i + 4), /^(food|hurts|sick)$/),
  );

/** "la de la noche en vez de la de la mañana": one of two times was taken, and not the other. */
export const isInstead = (symbols: Piece[]) =>
  /\b(en vez|en lugar|no lugar|ao inves|em vez|instead)\b/.test(textOf(symbols)) &&
  symbols.filter((s) => some(s, /^(part|clock|med)$/)).length > 1;

/** "laundry is done". */
const isElse = (symbols: Piece[], core: number) =>
  some(symbols[core] as Piece, /^done$/) &&
  !some(symbols[core] as Piece, /^took$/) &&
  symbols.slice(0, core).some((s) => s.classes.has('unknown') && (s.words[0]?.length ?? 0) > 3);

/** A Spanish "o la tomé": or, or a "no" that lost its n. */
const alternative = (piece: Piece, next: Piece | undefined) =>
  piece.words[0] === 'o' && piece.words.length === 1 && /^(la|lo|las|los|me|se|le)$/.test(next?.words[0] ?? '');

/** "la pastilla del perro", "o da minha filha": whose it was. */
export const owner = (before: Piece | undefined) => /^(de|del|da|do|of)$/.test(before?.words.at(-1) ?? '');

/** Given to a doctor or a neighbour, it is not taken. */
export const givenAway = (symbols: Piece[], i: number) =>
  any(symbols.slice(0, i), GIVES) && /^(a|al|to|pro|pra|para|ao)$/.test(symbols[i - 1]?.words.at(-1) ?? '');

/** A medicine's name alone may be another medicine: "tomé paracetamol". */
function nameAlone(symbols: Piece[]): boolean {
  if (any(symbols, /^(already|yes)$/)) return false;
  return symbols.some(
    (s, i) =>
      s.classes.has('drug') &&
      !/^insulin/.test(s.words[0] ?? '') &&
      !some(symbols[i - 1] ?? s, /^(poss|art|clitic|filler)$/),
  );
}
