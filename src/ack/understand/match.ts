import { RULES, type Rule } from './rules.ts';
import type { Clause, Piece } from './symbols.ts';

/** A rule that fits a clause. */
export interface Hit {
  rule: Rule;
  /** The symbol at which it begins. */
  at: number;
}

/** Words that may stand between two steps without changing what they say. */
const SMALL = /^(clitic|i|art|poss|su|filler|already|aux|time|that|plead|addr|all|joins)$/;
/** Words that may stand beside a whole answer. */
const COURTESY = /^(thanks|greet|addr|plead|filler|time|i|clitic|art|already|doctor|correction|ok|buteasy|joins|num1)$/;

const SMALL_GAP = 3;
const WIDE_GAP = 5;

type Step = { gap: number; small: boolean } | { edge: '^' | '$' } | { classes: string[] };

function stepOf(text: string): Step {
  if (text === '~') return { gap: SMALL_GAP, small: true };
  if (text === '*') return { gap: WIDE_GAP, small: false };
  if (text === '^' || text === '$') return { edge: text };
  return { classes: text.split('|') };
}

const READ = RULES.map((rule) => ({ rule, steps: rule.pattern.split(' ').map(stepOf) }));

/** Every rule that fits the clause, in the rules' order; each word is used once. */
export function hitsOf(clause: Clause): Hit[] {
  const { symbols } = clause;
  const used = new Set<number>();
  const hits: Hit[] = [];
  for (const { rule, steps } of READ) {
    for (let at = 0; at < symbols.length; at++) {
      const found = fits(steps, 0, symbols, at, used);
      if (found === null) continue;
      for (const i of found) used.add(i);
      hits.push({ rule, at });
    }
  }
  return hits;
}

/** The symbols that the steps from `s` on take, from `at`; null when they do not fit. */
function fits(pattern: Step[], s: number, symbols: Piece[], at: number, used: Set<number>): number[] | null {
  const step = pattern[s];
  if (step === undefined) return [];
  if ('edge' in step) {
    const beside = step.edge === '^' ? symbols.slice(0, at) : symbols.slice(at);
    return beside.every((symbol) => all(symbol, COURTESY)) ? fits(pattern, s + 1, symbols, at, used) : null;
  }
  if ('gap' in step) {
    for (let n = 0; n <= step.gap; n++) {
      const rest = fits(pattern, s + 1, symbols, at + n, used);
      if (rest !== null) return rest;
      const passed = symbols[at + n];
      if (passed === undefined || (step.small && !some(passed, SMALL))) return null;
    }
    return null;
  }
  const symbol = symbols[at];
  if (symbol === undefined || used.has(at) || !step.classes.some((name) => symbol.classes.has(name))) return null;
  const rest = fits(pattern, s + 1, symbols, at + 1, used);
  return rest === null ? null : [at, ...rest];
}

/** Whether one of its classes, or every one, is among the names; `any`: one of any of the symbols. */
export const some = (symbol: Pick<Piece, 'classes'>, names: RegExp): boolean =>
  [...symbol.classes].some((name) => names.test(name));
export const all = (symbol: Piece, names: RegExp): boolean => [...symbol.classes].every((name) => names.test(name));
export const any = (symbols: Piece[], names: RegExp): boolean => symbols.some((symbol) => some(symbol, names));

/** The words, as they were folded. */
export const textOf = (symbols: Piece[]): string => symbols.flatMap(({ words }) => words).join(' ');
