import { isInstead } from './another.ts';
import { any, some } from './match.ts';
import type { Clause, Piece } from './symbols.ts';

/**
 * What stands beside a claim may take it back. What is dangerous is a closed list; what is harmless (why it was late, what
 * comes next, how it tasted) is open, so whatever is not on the list is let be.
 */
const TAKES_BACK =
  /^(doubt|partial|undo|double|again|wrongmed|wrongly|mistake|skipped|couldnt|notyet|almost|butthat|ended|quit|stopped|stopimp|overdose|must|wasgoing|cond|pretend|own_(?!taken).*)$/;
const TAKING = /^(took|takepres|takeinf|taking|took3|gave|put|had|done|didit|finish)$/;
const COMING = /^(later|tomorrow|fut|when)$/;
const HABIT = /^(siempre|always|sempre|usually)$/;
/** Where it went instead, if the clause says "it": "took it and went back to sleep" does not. */
const AWAY = /^(back|off|out|over|away|apart|to|from|with|along|down)( |$)/;
const DENIES = /^(neg|none|lack|refuse)$/;
/** What a clause may be about, so that its "no" or its "later" is not about the dose. */
const CONTENT =
  /^(unknown|food|thing|other|ate|message|contact|receive|busy|asleep|wasbusy|want|elsewhat|helpme|face|vital|phone|refuse|due)$/;
const SHORT = 4;
/** What a bare "no" would deny: the dose, or one of them. */
const OBJECT = /^(med|drug|all|part|part_\w+|num\d*|listed|option|clitic|art|poss)$/;
const SELF = /^(me|te|se|nos|le|les|i|m|t|that|a|o|os|as)$/;
const FAREWELL = /^(nos|see|hasta|ate|te veo|la veo|lo veo|igual)/;

/** May stand beside a claim and not touch it. */
export function leavesAlone({ symbols, asked, adjunct }: Clause): boolean {
  const takes = any(symbols, TAKING);
  if (symbols.some((s, i) => takesBack(s, i, symbols))) return false;
  if (isInstead(symbols)) return false;
  if (asked) return !any(symbols, /^(took|takepres|had|done|didit|gave|put)$/);
  if (
    takes &&
    any(symbols, /^gave$/) &&
    symbols.some((s) => some(s, /^(third|spouse|friend)$/) && !s.classes.has('addr'))
  )
    return false;
  const about = adjunct || isAbout(symbols);
  if (any(symbols, DENIES) && (takes || !about || deniesDose(symbols))) return false;
  if (
    symbols.some((s) => some(s, COMING) && !some(s, /^(greet|time|filler)$/)) &&
    (takes || !(about || isFarewell(symbols)))
  )
    return false;
  const past = symbols.some((s) => s.classes.has('pastday') && (takes || !HABIT.test(s.words[0] ?? '')));
  return !past || isFarewell(symbols);
}

function takesBack(symbol: Piece, i: number, symbols: Piece[]): boolean {
  if (!some(symbol, TAKES_BACK) || some(symbol, /^(filler|thanks|greet|addr|time|correction)$/)) return false;
  if (symbol.classes.has('again'))
    return !symbols.some(
      (s) => some(s, /^(thanks|greet|due)$/) || (s.classes.has('ask') && !/^repe/.test(symbol.words[0] ?? '')),
    );
  if (i === 0 && /^(to the|to my|out of the|away|apart)$/.test(symbol.words.join(' '))) return true;
  if (symbol.classes.has('undo') && AWAY.test(symbol.words.join(' ')))
    return symbols.some((s) => some(s, /^(clitic|med|poss)$/) && !SELF.test(s.words[0] ?? ''));
  return !(some(symbol, /^(must|couldnt|stopped|stopimp)$/) && isAbout(symbols) && !denied(i, symbols));
}

const denied = (i: number, symbols: Piece[]) =>
  symbols.slice(i).some((s) => some(s, TAKING) || some(s, /^(med|drug)$/));

/** It has something to say of its own. */
const isAbout = (symbols: Piece[]) =>
  symbols.some((s) => some(s, CONTENT) && (!s.classes.has('unknown') || (s.words[0]?.length ?? 0) >= SHORT));

/** "no la rosada", "not my evening one": the no is of a dose. */
function deniesDose(symbols: Piece[]): boolean {
  return symbols.some((symbol, i) => {
    if (!some(symbol, /^(neg|none|lack)$/)) return false;
    const next = symbols[i + 1];
    if (next === undefined) return true;
    if (some(next, /^(med|drug|all|part|part_\w+|listed|option|finish|yes|already)$/)) return true;
    return some(next, OBJECT) && !SELF.test(next.words[0] ?? '');
  });
}

/** "nos vemos el lunes", "see you Monday", "el lunes es mi cita". */
const isFarewell = (symbols: Piece[]) =>
  symbols.some((s) => s.classes.has('other') || (s.classes.has('greet') && FAREWELL.test(s.words.join(' '))));
