import { ofSomeone } from './another.ts';
import { any, some, textOf } from './match.ts';
import type { Piece } from './symbols.ts';

/** What could take it back, or make it another's: a closed list. */
const NOT =
  /^(neg|none|lack|notyet|doubt|partial|pastday|undo|double|again|wrongmed|wrongly|mistake|later|tomorrow|fut|must|want|when|cond|said|stranger|friend|pretend|takeinf|taking|refuse|almost|that)$/;
const LEAD = /^(greet|thanks|addr|filler|yes|already|buteasy|ok|report|joins|time|carer|isa|aux|clitic|art|poss)$/;

/** English verbs do not say who; in Spanish and Portuguese "tomé" is the sender's own. */
const ENGLISH = /^(took|taken|has|had|have|swallowed|ate|got)$/;

/**
 * "mi mamá ya la tomó", "Firulais ya se la comió", "mom took her pill": somebody in the sender's care took what is theirs.
 * Neighbours, friends, and whoever took the sender's own dose are not meant. `known`: the message says elsewhere that there is
 * such a person, so "ella ya la tomó" is of them.
 */
export function ofCare(symbols: Piece[], known = false): boolean {
  const verb = symbols.findIndex((s, i) => isTook(s) || isPresent(s, symbols) || isGot(i, symbols));
  if (verb < 0 || symbols.some((s) => some(s, NOT) && !some(s, /^(filler|time|greet)$/))) return false;
  if (
    symbols.some(
      (s, i) => s.classes.has('med') && /^(un|una|um|uma|an|some|cualquier)$/.test(symbols[i - 1]?.words[0] ?? ''),
    )
  )
    return false;
  if (GIVEN.test(textOf(symbols))) return false;
  if (ownsMine(symbols) || ofSomeone(symbols) || any(symbols, /^spouse$/)) return false;
  const who = symbols.findIndex((s) => some(s, /^(care|carer)$/));
  if (who < 0)
    return (
      isNamed(symbols, verb, known) ||
      ((known || isStressed(symbols.at(-1) as Piece)) && isPronoun(symbols, verb)) ||
      isAwaited(symbols, verb)
    );
  if (who > verb && isEnglish(symbols[verb])) return false;
  if (/^(de|del|da|do|of)$/.test(symbols[who - 1]?.words.at(-1) ?? '')) return false;
  return symbols.slice(0, Math.min(who, verb)).every((s) => some(s, LEAD)) && knowsWhat(symbols, verb);
}

const isTook = (symbol: Piece) =>
  some(symbol, /^(took3|swallowed|went)$/) || (some(symbol, /^(took|had)$/) && isEnglish(symbol));

const isEnglish = (symbol: Piece | undefined) => ENGLISH.test(symbol?.words[0] ?? '');

/** "ya se la tomó". */
const isAwaited = (symbols: Piece[], verb: number) =>
  symbols[verb]?.words[0] === 'se' &&
  any(symbols.slice(0, verb), /^already$/) &&
  symbols.slice(0, verb).every((s) => some(s, LEAD));

/** "ele tomou sim". */
const isStressed = (symbol: Piece) => /^(sim|si|yes)$/.test(symbol.words.join(' '));

const isPronoun = (symbols: Piece[], verb: number) =>
  symbols.slice(0, verb).some((s) => /^(el|ella|ele|ela|he|she)$/.test(s.words.join(' '))) ||
  symbols[verb]?.words[0] === 'se';

/** "tomo su pastilla mi abuelito": a misspelt "tomó". */
const isPresent = (symbol: Piece, symbols: Piece[]) =>
  symbol.words.at(-1) === 'tomo' && symbols.some((s) => some(s, /^(already|su|time)$/) || s.words[0] === 'se');

/** "Bella got her pill". */
const isGot = (i: number, symbols: Piece[]) =>
  symbols[i]?.words.at(-1) === 'got' &&
  /^(her|his|their)$/.test(symbols[i + 1]?.words.join(' ') ?? '') &&
  some(symbols[i + 2] ?? (symbols[i] as Piece), /^(med|drug)$/);

/** The sender's own: "se tomó mi pastilla", "took mine", "la mía". */
function ownsMine(symbols: Piece[]): boolean {
  return symbols.some(
    (s, i) =>
      /^(mine|mia|mio|mias|mios|meu|minha)$/.test(s.words.join(' ')) ||
      (s.classes.has('poss') && some(symbols[i + 1] ?? s, /^(med|drug)$/)),
  );
}

/** "ate it", of an animal, may be an accident: it must be its own, or awaited. */
function knowsWhat(symbols: Piece[], verb: number): boolean {
  const its = symbols[verb]?.words[0] === 'se' || any(symbols, /^(clitic|med|drug|su)$/);
  if (/^(comio|comeu|ate|eaten)$/.test(symbols[verb]?.words.at(-1) ?? '') && !its) return false;
  if (!some(symbols[verb] as Piece, /^swallowed$/) || some(symbols[verb] as Piece, /^(took3|took)$/)) return true;
  return symbols.some((s) => some(s, /^(already|su|med)$/) || s.words.at(-1) === 'dele' || s.words.at(-1) === 'dela');
}

/** A name that nobody knows, then "ya", or its own medicine: "Pelusa ya tomó su pastillita", "Bella got her pill". */
function isNamed(symbols: Piece[], verb: number, known: boolean): boolean {
  const name = symbols.findIndex((s) => !some(s, LEAD));
  if (name < 0 || name >= verb || !symbols[name]?.classes.has('unknown')) return false;
  if ((symbols[name]?.words[0]?.length ?? 0) < 3) return false;
  if (!symbols.slice(name + 1, verb).every((s) => some(s, /^(already|clitic|aux|unknown|time|filler)$/))) return false;
  const took = symbols[verb] as Piece;
  const theirs =
    (/^(her|his)$/.test(took.words.at(-1) ?? '') && some(symbols[verb + 1] ?? took, /^(med|drug)$/)) ||
    symbols.some(
      (s, i) =>
        (some(s, /^su$/) || /^(her|his|hers)$/.test(s.words.join(' '))) && some(symbols[i + 1] ?? s, /^(med|drug)$/),
    ) ||
    symbols.some((s, i) => s.classes.has('med') && /^del[ea]$/.test(symbols[i + 1]?.words.join(' ') ?? ''));
  const awaited = any(symbols.slice(0, verb), /^already$/);
  const its = symbols.some((s) => some(s, /^(med|drug)$/) || /^(se (la|lo)|la|lo)$/.test(s.words.join(' ')));
  const eaten =
    (took.words[0] === 'se' || /^(comeu|comio|engoliu|trago|ate)$/.test(took.words.at(-1) ?? '')) &&
    any(symbols, /^(med|drug)$/);
  return theirs || known || eaten || (awaited && its);
}

const GIVEN =
  /\b(?:me (?:(?:la|lo|las|los) )?(?:dio|dieron|puso|pusieron|aplico|inyecto)|me (?:deu|deram|aplicou|aplicaram|injetou)|(?:gave|injected) me)\b/;
const AT_ONCE = /\b(?:puso|pusieron|aplico|inyecto|aplicou|aplicaram|injetou|injected)\b/;
const AROUND = /^(clitic|art|poss|med|drug|atprep|clock|part|part_\w+|am|pm|soon|with|ago|unit|num)$/;
const THEIRS = /\b(de el|de ella|del|dele|dela|his|her|su|sus|receta|receita|noticia)\b/;

/** "mi esposo ya me la dio", "a enfermeira me aplicou a insulina": somebody gave the sender what was due. Nurses also hand out. */
export function givenToMe(symbols: Piece[]): boolean {
  const text = textOf(symbols);
  const given = GIVEN.exec(text)?.[0];
  if (given === undefined || THEIRS.test(text) || symbols.some((s) => some(s, NOT) && !some(s, /^(filler|time)$/)))
    return false;
  const giver = symbols.findIndex((s) => some(s, /^(care|kin|third|spouse|doctor)$/));
  const who = symbols[giver];
  if (who === undefined || (who.classes.has('doctor') && !AT_ONCE.test(given))) return false;
  const named = / l[ao]s?\b/.test(given) || symbols.some((s, i) => isMine(s, symbols[i - 1]));
  const words = new Set(given.split(' '));
  return (
    named &&
    symbols.every((s, i) => i === giver || some(s, LEAD) || some(s, AROUND) || s.words.every((w) => words.has(w)))
  );
}

const isMine = (symbol: Piece, before: Piece | undefined) =>
  some(symbol, /^(med|drug)$/) &&
  before !== undefined &&
  some(before, /^(poss|art)$/) &&
  !/^an?$/.test(before.words[0] ?? '');
