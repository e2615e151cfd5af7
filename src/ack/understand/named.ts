import { all, any, some } from './match.ts';
import type { Clause, Piece } from './symbols.ts';
import type { About, Understanding } from './types.ts';

const PARTS: [string, Exclude<About, { hour: number }>][] = [
  ['part_morning', 'morning'],
  ['part_midday', 'midday'],
  ['part_evening', 'evening'],
  ['part_night', 'night'],
];

/** Nobody is told to take as many at once. */
const MANY = 10;

/** Writes on the symbols what their neighbours say: a number that is a clock time, or one of a list; how many. */
export function readNumbers(clauses: Clause[]): void {
  for (const { symbols } of clauses) {
    for (const [i, symbol] of symbols.entries()) {
      const part = PARTS.find(([name]) => symbol.classes.has(name));
      if (part) mark(symbol, 'part');
      if (symbol.num === undefined) continue;
      const before = symbols[i - 1];
      const next = symbols[i + 1];
      const unit = next !== undefined && some(next, /^(unit|ago|amount)$/);
      const hour = symbols[i - 2];
      const past = before?.words[0] === 'y' || before?.words[0] === 'e' || before?.words[0] === 'con';
      if (isClock(symbol, before, next) || (past && hour?.classes.has('clock'))) mark(symbol, 'clock');
      else if (!unit && isListed(symbols, i)) mark(symbol, 'listed');
      else if (symbol.num > 1 && theWhole(before)) mark(symbol, 'all');
      else if (symbol.num > 1 && !unit) {
        mark(symbol, 'many');
        if (symbol.num >= MANY) mark(symbol, 'lots');
      }
    }
  }
}

/** "primero desayuné y después me la tomé": the order in which two things were done, not a plan. */
export function readOrder(clauses: Clause[]): void {
  for (const [i, { symbols }] of clauses.entries()) {
    const at = symbols.findIndex((s) => s.classes.has('later'));
    const done = any(clauses[i - 1]?.symbols ?? [], /^ate$/);
    if (done && symbols.slice(0, at).every((s) => some(s, /^(joins|filler)$/)) && symbols[at] && any(symbols, /^took$/))
      symbols[at] = { ...symbols[at], classes: new Set(['time']) };
  }
}

function mark(symbol: Piece, name: string): void {
  symbol.classes = new Set([...symbol.classes, name]);
}

function isClock(symbol: Piece, before: Piece | undefined, next: Piece | undefined): boolean {
  const hour = symbol.num ?? 99;
  if (hour > 23) return false;
  if (
    symbol.minute !== undefined ||
    (next && some(next, /^(am|pm|part_\w+)$/)) ||
    next?.words[0] === 'oclock' ||
    next?.words[0] === 'h'
  )
    return true;
  return before?.classes.has('atprep') === true && !/^(the)$/.test(before.words.join(' '));
}

/** "mis 3 pastillas", "os 2": as many as there are to take. */
const theWhole = (before: Piece | undefined) =>
  before !== undefined && (before.classes.has('poss') || /^(las|los|os|as|my|the)$/.test(before.words.join(' ')));

function isListed(symbols: Piece[], i: number): boolean {
  const before = symbols[i - 1];
  if (before === undefined) return true;
  if (before.num !== undefined || some(before, /^(option)$/)) return true;
  if (some(before, /^art$/))
    return (
      !/^(las|los|os|as|a|an)$/.test(before.words.join(' ')) || symbols.some((s, j) => j !== i && s.num !== undefined)
    );
  const twoBack = symbols[i - 2];
  return all(before, /^(filler|joins)$/) && twoBack?.num !== undefined && twoBack.classes.has('listed');
}

/** The numbers of a list that the message names. */
export function choiceOf(clauses: Clause[]): Understanding['choice'] {
  const symbols = clauses.flatMap((c) => c.symbols);
  const numbers = symbols.filter((s) => s.classes.has('listed') && (s.num ?? 100) < 100).map((s) => s.num ?? 0);
  if (numbers.length > 0) return [...new Set(numbers)];
  return any(symbols, /^all$/) ? 'all' : null;
}

/** The first time that the message names. */
export function aboutOf(clauses: Clause[]): About | null {
  for (const { symbols } of clauses) {
    for (const [i, symbol] of symbols.entries()) {
      if (symbol.classes.has('clock')) return clock(symbol, symbols[i + 1]);
      const part = PARTS.find(([name]) => symbol.classes.has(name));
      if (part) return part[1];
    }
  }
  return null;
}

function clock(symbol: Piece, next: Piece | undefined): About {
  const hour = symbol.num ?? 0;
  const late = next !== undefined && some(next, /^(pm|part_evening|part_night)$/);
  const early = next?.classes.has('am') === true;
  const of24 = late && hour < 12 ? hour + 12 : early && hour === 12 ? 0 : hour;
  return symbol.minute === undefined ? { hour: of24 } : { hour: of24, minute: symbol.minute };
}
