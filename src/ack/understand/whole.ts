import { all, any, some, textOf } from './match.ts';
import type { Clause } from './symbols.ts';
import type { Intent, Said } from './types.ts';

const POLITE = /^(thanks|greet|addr|plead|filler|buteasy|joins)$/;
const LIST =
  /^(phone|num\d*|listed|many|clock|art|option|all|thanks|greet|addr|filler|plead|clitic|atprep|joins|thumb)$/;

const MORE = /^(mas|more|mais)$/;

/** What a message says that is one word of command, one number, or nothing but "no": null for any other message. */
export function wholeAnswer(clauses: Clause[]): Said[] | null {
  const symbols = clauses.flatMap((c) => c.symbols);
  const core = symbols.filter((s) => !all(s, POLITE));
  const asked = clauses.some((c) => c.asked);
  if (core.length === 0) return [{ intent: 'other', sure: false }];
  const own = [...(core[0]?.classes ?? [])].find((name) => name.startsWith('own_'));
  if (own && own !== 'own_taken' && core.length === 1) return [{ intent: own.slice(4) as Intent, sure: true }];
  for (const [name, intent] of COMMANDS) {
    if (
      !asked &&
      core.every((s) => s.classes.has(name) || s.classes.has('already')) &&
      core.some((s) => s.classes.has(name))
    )
      return [{ intent, sure: true }];
  }
  const help = core.find((s) => s.classes.has('help') && (s.words.length > 1 || core.length === 1));
  if (
    help &&
    core.every(
      (s) =>
        s === help ||
        !some(
          s,
          /^(sick|urgent|hurts|selfharm|chest|took|neg|out|lack|remove|stopall|wrong|double|overdose|wholebox)$/,
        ),
    )
  )
    return [{ intent: 'help', sure: true }];
  const start = core.find((s) => s.classes.has('optin') && s.words.length > 1);
  if (start && !asked && core.every((s) => !some(s, /^(neg|other|sick|urgent|stopimp|doctor)$/)))
    return [{ intent: 'opt_in', sure: true }];
  if (asked) return null;
  const mended = corrected(symbols);
  if (mended) return [mended];
  if (core.every((s) => s.classes.has('qu_taken'))) return [{ intent: 'taken', sure: false }];
  if (core.some((s) => s.num !== undefined) && symbols.every((s) => all(s, LIST) && !MORE.test(s.words[0] ?? '')))
    return [number(core)];
  if (core.every((s) => some(s, /^(neg|i)$/) || s.classes.has('thumb')) && any(core, /^neg$/)) {
    return [{ intent: 'not_taken', sure: true }];
  }
  if (any(symbols, /^yes$/) && BOTH.test(textOf(symbols))) return [{ intent: 'other', sure: false }];
  if (core.every((s) => some(s, /^(neg|yes|ok|already)$/)) && any(core, /^neg$/))
    return [{ intent: 'not_taken', sure: false }];
  return null;
}

const COMMANDS: [string, Intent][] = [
  ['stopall', 'opt_out'],
  ['optin', 'opt_in'],
];

/** "yes and no". */
const BOTH = /^(si y|yes and|sim e) (no|nao)$/;

/** "2 perdón, 1": the last number counts. */
function corrected(symbols: Clause['symbols']): Said | null {
  const numbers = symbols.filter((s) => s.num !== undefined);
  const between = symbols
    .slice(1, -1)
    .map((s) => s.words.join(' '))
    .join(' ');
  const last = symbols.at(-1)?.num;
  if (numbers.length !== 2 || symbols[0]?.num === undefined || !TAKE_BACK.test(between)) return null;
  if (last === 1) return { intent: 'taken', sure: false };
  return last === 2 ? { intent: 'not_taken', sure: false } : null;
}
const TAKE_BACK =
  /^(perdon|disculpe|sorry|digo|no|wait|no wait|espera|i mean|sorry i mean|quise decir|desculpa|perdao|ops|oops|mejor|quero dizer)( digo| espera| wait| i mean| no)*$/;

/** "1" is taken and "2" is not, as the reminder says; any other number is one of a list that somebody must have asked. */
function number(core: Clause['symbols']): Said {
  const numbers = core.filter((s) => s.num !== undefined);
  const only = numbers.length === 1 ? numbers[0]?.num : undefined;
  if (any(core, /^thumb$/)) return only === 1 ? { intent: 'taken', sure: true } : { intent: 'other', sure: false };
  if (only === 1 && core.length === 2 && core.some((s) => /^(la|a)$/.test(s.words.join(' '))))
    return { intent: 'taken', sure: false };
  const ofList = core.some((s) => /^(la|a)$/.test(s.words[0] ?? '') || s.classes.has('all'));
  if (only === 1 && !ofList) return { intent: 'taken', sure: true };
  if (only === 2 && !ofList) return { intent: 'not_taken', sure: true };
  return { intent: 'other', sure: false };
}
