import { GIVES, givenAway, isAnother, owner } from './another.ts';
import { givenToMe, ofCare } from './care.ts';
import { all, any, some, textOf } from './match.ts';
import type { Clause, Piece } from './symbols.ts';

/**
 * What a clause says of having taken it: `strong`: in so many words, every one of them plain; `told`: plainly in its core,
 * beside words that nobody knows; `care`: of a person or an animal in the sender's care, or given to the sender by
 * another; `weak`: by a yes that only the question explains; `maybe`: a verb for it, and something that could take it
 * back; `no`: nothing.
 */
export type Claim = 'strong' | 'told' | 'care' | 'weak' | 'maybe' | 'no';

const SAYS = /^(took|didit|gave|put|done|own_taken)$/;
const YES = /^(yes|already|ready|thumb)$/;
const PERSON = /^(kin|third|care|spouse|friend)$/;
const PREPOSITION = /^(with|afterprep)$/;
/** What a plain sentence is made of. */
const PLAIN =
  /^(took|didit|gave|put|had|done|own_taken|yes|ok|already|ready|thumb|clitic|i|poss|art|med|drug|with|afterprep|time|soon|ago|part|part_\w+|clock|am|pm|atprep|greet|thanks|addr|filler|report|plead|doctor|all|option|unit|amount|ate|correction|buteasy|joins|carer|num\d*)$/;
/** What some rule looks for, and what alone changes nothing. */
const HARMLESS =
  /^(swallowed|isa|phone|swell|face|vital|updown|elsewhat|optverb|anew|press|chest|said|contact|message|receive|aux|other|busy|body|full|ahead|also|habit|wholebox|pressed|breathe|stopall|optin|helpme|listed|kin|care|spouse|finish|instead|idiom|inprep|went)$/;
/** What may stand beside a bare yes: a courtesy, and the dose that it speaks of. */
const WITH_YES =
  /^(yes|already|ready|thumb|thanks|greet|addr|filler|doctor|part|part_\w+|clock|atprep|am|pm|art|all|i|option|num|num1|listed|correction|med|poss|unit|ago|time|clitic|with|carer|buteasy|joins)$/;
/** English verbs do not say who took it. */
const ENGLISH = /^(took|taken|have|ive|hv|has|had|swallowed|popped|downed|used|gave|given|injected|did|tke|tok|got)$/;

const mild = (symbol: Piece) =>
  some(symbol, PLAIN) && [...symbol.classes].every((c) => PLAIN.test(c) || HARMLESS.test(c));
const says = (symbol: Piece) => some(symbol, SAYS);

export function claimOf(clause: Clause): Claim {
  const symbols = afterSignal(clause.symbols);
  const claim = claimIn(symbols, clause.asked);
  return claim === 'strong' && symbols !== clause.symbols ? 'told' : claim;
}

const SIGNAL = /^(mensa|alarm|aviso|record|lembre|messag|remind|notific)/;
const WRITES = /^(escrib|escrev|mand|llam|avis|text|wrote|messag)/;
/** "apenas sonó el mensaje la tomé": what follows the signal. */
function afterSignal(symbols: Piece[]): Piece[] {
  const before = /^(antes|before)/.test(symbols[0]?.words[0] ?? '');
  const signal = symbols.findIndex((s) => SIGNAL.test(s.words[0] ?? '') || (before && WRITES.test(s.words[0] ?? '')));
  const lead = symbols.slice(0, signal);
  const begins =
    any(lead, /^(sub|when)$/) &&
    lead.every((s) => some(s, /^(sub|when|unknown|su|art|poss|filler|time|addr|yes|clitic)$/));
  const next = symbols[signal + 1];
  return begins && next !== undefined && some(next, /^(clitic|took|i|already)$/) ? symbols.slice(signal + 1) : symbols;
}

function claimIn(symbols: Piece[], asked: boolean): Claim {
  const core = symbols.findIndex((s) => says(s) || (some(s, /^had$/) && any(symbols, /^(med|drug)$/)));
  if (asked || questions(symbols)) return core >= 0 ? 'maybe' : 'no';
  if (ofCare(symbols) || givenToMe(symbols)) return 'care';
  if (core >= 0) {
    if (isAnother(symbols, core)) return 'maybe';
    if (symbols.every((s, i) => plain(s, i, symbols))) return 'strong';
    return isWhole(symbols, core) && symbols.every((s, i) => bearable(s, i, symbols, core)) ? 'told' : 'maybe';
  }
  if (any(symbols, /^had$/))
    return symbols.every((s, i) => some(s, /^had$/) || plain(s, i, symbols)) ? 'told' : 'maybe';
  if (any(symbols, /^(took3|qu_taken)$/)) return 'maybe';
  if (any(symbols, /^(third|kin|su)$/) && any(symbols, /^(takepres|swallowed)$/)) return 'maybe';
  return isYes(symbols) || isAgo(symbols) ? 'weak' : 'no';
}

const WHEN = /^(ago|time|num|num\d+|many|lots|listed|unit|filler|thanks|greet|addr|soon|atprep)$/;
const PAST = /\b(hace|ase|faz|ha|ago|just now)\b/;
/** "hace como 20 min": it was done, and then. */
export const isAgo = (symbols: Piece[]) =>
  symbols.every((s) => all(s, WHEN)) && any(symbols, /^(time|unit|ago)$/) && PAST.test(textOf(symbols));

/** It begins as a question does, or is a condition. */
export function questions(symbols: Piece[]): boolean {
  const first = symbols.find((s) => !all(s, /^(greet|addr|thanks|filler|buteasy|aux)$/));
  return (
    (first !== undefined &&
      some(first, /^ask$/) &&
      !some(first, /^(filler|yes|already|clitic|i)$/) &&
      !stresses(first, symbols)) ||
    any(symbols, /^cond$/) ||
    // A Portuguese "if": before a verb of its own the Spanish "se" is read with it.
    (symbols[0]?.words.join(' ') === 'se' && symbols.some(says))
  );
}

/** "que ya la tomé": not a question. */
function stresses(first: Piece, symbols: Piece[]): boolean {
  const next = symbols[symbols.indexOf(first) + 1];
  return first.classes.has('that') && next !== undefined && some(next, /^(already|yes)$/);
}

function isYes(symbols: Piece[]): boolean {
  const one = symbols.length === 1 && symbols[0]?.num === 1;
  if (!one && !any(symbols, YES)) return false;
  const thumbOnly = !one && symbols.every((s) => !some(s, /^(yes|already|ready)$/));
  if (thumbOnly && symbols.some((s) => !some(s, /^(thumb|med)$/))) return false;
  return symbols.every(
    (s, i) =>
      (some(s, WITH_YES) || isLed(s, i, symbols)) &&
      !/^(me|te|se|le|les|nos)$/.test(s.words.join(' ')) &&
      !(s.classes.has('doctor') && some(symbols[i - 1] ?? s, /^(atprep|with)$/)) &&
      [...s.classes].every((c) => WITH_YES.test(c) || HARMLESS.test(c) || /^(food|thing|amount)$/.test(c)) &&
      (s.num === undefined || s.num === 1 || s.classes.has('clock') || s.classes.has('unit')),
  );
}

const DRINK = /^(agua|water|dagua|leche|leite|milk|jugo|suco|juice)$/;
/** What it was taken with: "sí, con un vaso de agua". */
const isLed = (symbol: Piece, i: number, symbols: Piece[]) =>
  (DRINK.test(symbol.words[0] ?? '') || (symbol.classes.has('thing') && !symbol.classes.has('food'))) &&
  any(symbols.slice(Math.max(0, i - 4), i), /^with$/);

function plain(symbol: Piece, i: number, symbols: Piece[]): boolean {
  const before = symbols.slice(Math.max(0, i - 3), i);
  if (symbol.num !== undefined) return countsNot(symbol, i, symbols);
  if (some(symbol, PERSON)) return whom(symbol, i, symbols);
  if (symbol.classes.has('su')) return any(symbols, GIVES);
  if (symbol.classes.has('doctor') && givenAway(symbols, i)) return false;
  if (mild(symbol)) return true;
  if (before.some((s) => /^(con|with|com|w)$/.test(s.words[0] ?? '')) && all(symbol, /^(unknown|food|thing)$/))
    return true;
  return (
    any(before, PREPOSITION) &&
    [...symbol.classes].every((c) => /^(food|thing|kin|filler|part|med|part_\w+)$/.test(c) || HARMLESS.test(c))
  );
}

/** Someone named: to whom it was given, or whom the message speaks to. */
function whom(symbol: Piece, i: number, symbols: Piece[]): boolean {
  const giver = symbols.findIndex((s) => some(s, GIVES));
  if (giver >= 0) return i > giver && !some(symbol, /^(stranger|friend)$/);
  const before = symbols[i - 1];
  if (owner(before)) return false;
  if (symbol.classes.has('addr')) return true;
  if (some(symbol, /^(third|friend|care|spouse)$/) && !symbol.classes.has('kin')) return false;
  return i === symbols.length - 1 && !(before && some(before, /^(poss|su|art)$/));
}

/** A number is a choice, an hour, an amount of units: never how many were taken. */
function countsNot(symbol: Piece, i: number, symbols: Piece[]): boolean {
  if (some(symbol, /^(clock|listed|all)$/)) return true;
  const before = symbols[i - 1];
  if (symbol.classes.has('clitic') && before && !says(before)) return true;
  const next = symbols[i + 1];
  return next !== undefined && some(next, /^(unit|amount|am|pm|ago)$/);
}

/** The verb has its object (it, a medicine, the doses), or nothing after it that could be one. */
function isWhole(symbols: Piece[], core: number): boolean {
  const verb = symbols[core];
  if (verb === undefined) return false;
  const near = symbols
    .slice(Math.max(0, core - 2), core)
    .some((s) => some(s, /^clitic$/) && !/^(me|te|nos|le|les|m|t)$/.test(s.words.join(' ')));
  if (
    near ||
    (some(verb, /^(gave|put|had)$/) && any(symbols, /^(med|drug)$/)) ||
    /(l[ao]s?|it|them)( \w+)?$/.test(verb.words.join(' '))
  )
    return true;
  const next = symbols[core + 1];
  if (next === undefined) return true;
  if (some(verb, GIVES) && any(symbols, /^su$/)) return true;
  if (/^(sin|sem|without)$/.test(next.words.join(' '))) return true;
  if (some(verb, /^didit$/)) return !some(next, /^(poss|art|unknown|thing|aux|other|ate|food)$/);
  if (some(next, /^art$/) && some(symbols[core + 2] ?? next, /^(unknown|thing|food)$/)) return false;
  if (
    some(
      next,
      /^(clitic|med|drug|all|time|soon|already|yes|ago|part|part_\w+|clock|atprep|thanks|buteasy|thumb|with|afterprep|addr|greet|plead)$/,
    )
  )
    return true;
  return (
    some(next, /^(poss|art|filler)$/) && any(symbols.slice(core + 2, core + 5), /^(med|drug|all|part|clock|listed)$/)
  );
}

/** A word beside a whole core that could not take it back. */
function bearable(symbol: Piece, i: number, symbols: Piece[], core: number): boolean {
  if (isIf(i, symbols, core)) return false;
  if (plain(symbol, i, symbols)) return true;
  const before = symbols[i - 1];
  if (symbol.classes.has('doctor') && givenAway(symbols, i)) return false;
  if (some(symbol, PERSON) && owner(before)) return false;
  const led = any(symbols.slice(Math.max(0, i - 5), i), /^with$/);
  if (some(symbol, PERSON) && i < core && ENGLISH.test(symbols[core]?.words[0] ?? '')) return false;
  if (some(symbol, /^(third|friend)$/)) return led && i > core;
  if (symbol.classes.has('su')) return led || i > core + 2;
  if (symbol.num !== undefined) return false;
  if (symbol.classes.has('neg') && i > core) return isWithout(i, symbols);
  if (symbol.classes.has('that')) return i > core || reported(symbols, i);
  if (symbol.classes.has('unknown')) return i > core || mayPrecede(symbol, i, symbols, core);
  if (symbol.classes.has('partial'))
    return led && i > core && /^(un poco|un pedazo|um pouco|um pedaco|piece|some)/.test(symbol.words.join(' '));
  if (symbol.classes.has('thing') && some(symbols[i + 1] ?? symbol, /^med$/)) return true;
  return (
    [...symbol.classes].every(
      (c) => PLAIN.test(c) || HARMLESS.test(c) || (c === 'food' && i > core) || (c === 'thing' && led) || c === 'ask',
    ) && !(i < core && symbol.classes.has('said'))
  );
}

/** "revisa si ya la tomé": whether, not yes. */
function isIf(i: number, symbols: Piece[], core: number): boolean {
  const before = symbols[i - 1];
  return (
    before !== undefined && i < core && symbols[i]?.words[0] === 'si' && !mild(before) && !before.classes.has('that')
  );
}

/** "sin chistar", "without a fuss". */
function isWithout(i: number, symbols: Piece[]): boolean {
  return (
    /^(sin|sem|without)$/.test(symbols[i]?.words.join(' ') ?? '') &&
    any(symbols.slice(i + 1, i + 4), /^(unknown|food|thing|drug)$/) &&
    !any(symbols.slice(i + 1, i + 4), /^(takeinf|taking|med|clitic)$/)
  );
}

/** "que ya la tomé" reports it; "que la tome" asks for it. */
function reported(symbols: Piece[], i: number): boolean {
  const next = symbols[i + 1];
  const introduced = symbols
    .slice(0, i)
    .every((s) => all(s, /^(report|greet|addr|thanks|filler|yes|ok|buteasy|joins|plead|doctor|clitic)$/));
  return introduced && next !== undefined && some(next, /^(already|yes)$/);
}

/** Unknown words before the verb: not a short one beside it (a misspelt no), nor who took it in English. */
function mayPrecede(symbol: Piece, i: number, symbols: Piece[], core: number): boolean {
  const between = symbols.slice(i + 1, core);
  if (symbols[core]?.words[0] === 'i') return true;
  if (ENGLISH.test(symbols[core]?.words[0] ?? '')) return any(between, /^i$/) || symbols[core]?.words[0] === 'taken';
  const beside = between.every((s) => some(s, /^clitic$/));
  return !(beside && (symbol.words[0]?.length ?? 0) <= 4);
}
