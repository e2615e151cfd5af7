import { leavesAlone } from './beside.ts';
import { all, any, some } from './match.ts';
import type { Clause } from './symbols.ts';

const POLITE = /^(thanks|greet|addr|filler|doctor|correction|buteasy|joins|carer|all|art|listed|time|ago|unit)$/;
const BESIDE = /^(ok|ate|time|soon|i|plead|report|yes|already|thumb|art|part|part_\w+|clitic)$/;
const HOUR = /^(atprep|clock|am|pm|part_morning|time)$/;
const REMINDED = /record|remind|lembr|avis|checking/;

/** Nothing but courtesies, which change no answer. */
export const isPolite = ({ asked, symbols }: Clause): boolean =>
  !asked &&
  symbols.every((s, i) => all(s, POLITE) || (s.num !== undefined && symbols[i + 1]?.classes.has('unit') === true));

/** Nothing but plain words that say nothing of a dose. */
export const isPlain = ({ asked, symbols }: Clause): boolean =>
  !asked && symbols.every((s) => [...s.classes].every((c) => POLITE.test(c) || BESIDE.test(c)));

/** "gracias por estar pendientes de mí": whatever the thanks are for. */
export const isThanks = (clause: Clause): boolean =>
  !clause.asked && clause.symbols[0]?.classes.has('thanks') === true && leavesAlone(clause);

/** "…, a las 8 de la mañana": an hour, no more. */
export const isHour = ({ asked, symbols }: Clause): boolean => !asked && symbols.every((s) => some(s, HOUR));

/** "gracias por el recordatorio". */
export const thanksForReminder = ({ symbols }: Clause): boolean =>
  symbols.some((s) => some(s, /^thanks/) && REMINDED.test(s.words.join(' ')));

/** "si jaja" may be no answer at all. */
export const laughs = ({ symbols }: Clause): boolean => symbols.some((s) => s.words[0] === 'laughter');

/** It names one of several doses. */
export const names = ({ symbols }: Clause): boolean => any(symbols, /^(part|clock|listed)$/);
