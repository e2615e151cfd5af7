import { additionsOf, LANGUAGES, type Lexicon, longest, OTHERS } from './lexicon.ts';
import { any, some } from './match.ts';
import { mended, spellerOf } from './spelling.ts';
import { type Token, tokensOf } from './text.ts';
import type { Intent } from './types.ts';

/** A word or a fixed phrase of the message, with what the tables call it. */
export interface Piece {
  words: string[];
  classes: ReadonlySet<string>;
  /** The number that it is. */
  num?: number;
  minute?: number;
}

/** What stands between two breaks of a message. */
export interface Clause {
  symbols: Piece[];
  asked: boolean;
  /** It only tells when, why or how something was done: "…, cuando llegué a casa"; or what the thanks are for. */
  adjunct: boolean;
}

type Language = keyof typeof LANGUAGES;

const ALL: Language[] = ['es', 'en', 'pt'];
const speller = spellerOf([...Object.values(LANGUAGES), ...OTHERS]);

/** The clauses of a message. A word means what it means in the message's language; failing that, in any. */
export function clausesOf(text: string, locale?: string, additions?: Partial<Record<Intent, string[]>>): Clause[] {
  const own = additions ? [additionsOf(additions)] : [];
  const tokens = tokensOf(text).flatMap((token) => spelled(token, own));
  const words = tokens.map((t) => t.text);
  const main = languageOf(words, locale);
  const lexicons = [...own, LANGUAGES[main], ...ALL.filter((l) => l !== main).map((l) => LANGUAGES[l]), ...OTHERS];
  const clauses: Clause[] = [];
  for (let i = 0; i < tokens.length; ) {
    const first = tokens[i];
    if (first === undefined) break;
    const symbol = symbolAt(lexicons, words, i, spanOf(tokens, i));
    const last = clauses.at(-1);
    const adjunct =
      first.stop === '' && last !== undefined && opensAdjunct(symbol, last.symbols, words[i + symbol.words.length]);
    if (last === undefined || first.stop !== '' || adjunct || symbol.classes.has('buteasy') || joins(tokens, i)) {
      clauses.push({ symbols: [symbol], asked: first.asked, adjunct: adjunct || symbol.classes.has('thanksfor') });
    } else {
      last.symbols.push(symbol);
      last.asked ||= first.asked;
    }
    i += symbol.words.length;
  }
  return clauses;
}

/** "la tomé cuando llegué": what was done is told; the rest tells of when. "cuando la tome" begins with it. */
function opensAdjunct(symbol: Piece, before: Piece[], next: string | undefined): boolean {
  if (symbol.classes.has('thanksfor')) return true;
  if (before.at(-1)?.classes.has('art') === true) return false;
  return (some(symbol, /^(when|sub)$/) || remarks(symbol, next)) && any(before, /^(took|gave|put|didit|done|had)$/);
}

/** "took it when I got up": when, of what was done. */
const WHENS = /^(when i|once i|after i|when im|as soon as|quando eu|assim que|assim que eu|depois que)$/;
const TO_COME = /^(get|go|eat|finish|am|can|come|leave|wake|i|im|chegar|acordar|comer|sair|puder|terminar|acabar|eu)$/;
/** "ya tomé ahora voy a descansar". */
const NEXT = /^(ahora|agora|manana|amanha)$/;
const GOES = /^(voy|vou|tengo|tenho|vamos|nos|ire)$/;

/** "ya la tomé no me regañe", "já tomei vou pro trabalho". */
function remarks({ words, classes }: Piece, next: string | undefined): boolean {
  if (next === undefined) return false;
  const said = words.join(' ');
  return (
    (classes.has('fut') && /^(ya )?(voy|vou|ill|i will|vamos)( |$)/.test(said) && !TAKES.test(next)) ||
    (NEXT.test(said) && GOES.test(next)) ||
    (WHENS.test(said) && !TO_COME.test(next)) ||
    (said === 'no' && /^(me|te|se|nos|hay|sea|seas|sean)$/.test(next))
  );
}
/** What a plan would have to be of, to be about the dose. */
const TAKES =
  /^(tom|beb|pon|inye|injet|aplic|trag|engol|us[aeo]|dar|fin|term|acab|repet|tak|inject|swallow)|^(me|te|la|lo|las|los|le|les|se|o|a|as|os|ya|ja|esta|do|have|try|be|get|it)$/;

/** "y", "and", "e" between two things said, not between two numbers of a list. */
function joins(tokens: Token[], i: number): boolean {
  return (
    /^(y|and|e)$/.test(tokens[i]?.text ?? '') && tokens[i + 1]?.stop === '' && !/^\d/.test(tokens[i + 1]?.text ?? '')
  );
}

function spelled(token: Token, own: Lexicon[]): Token[] {
  if (own.some((l) => l.words.has(token.text))) return [token];
  return mended(token.text, speller).map((text, i) => ({ ...token, text, stop: i === 0 ? token.stop : '' }));
}

/** Up to where a phrase that begins at `i` may reach: the next break. */
function spanOf(tokens: Token[], i: number): number {
  let end = i + 1;
  while (end < tokens.length && tokens[end]?.stop === '' && end - i < 8) end++;
  return end;
}

function symbolAt(lexicons: Lexicon[], words: string[], i: number, end: number): Piece {
  const within = words.slice(i, end);
  const word = within[0] ?? '';
  const found = whole(lexicons, within);
  if (found.length === 0 && /^\d/.test(word)) return numberOf(word);
  const num = [...found.classes].map((c) => /^num(\d+)$/.exec(c)?.[1]).find((n) => n !== undefined);
  return {
    words: within.slice(0, Math.max(1, found.length)),
    classes: found.length === 0 ? UNKNOWN : found.classes,
    ...(num === undefined ? {} : { num: Number(num) }),
  };
}

const UNKNOWN: ReadonlySet<string> = new Set(['unknown']);
const NUMBER: ReadonlySet<string> = new Set(['num']);

function numberOf(word: string): Piece {
  const [whole = '', minute] = word.split(':');
  return { words: [word], classes: NUMBER, num: Number(whole), ...(minute ? { minute: Number(minute) } : {}) };
}

/** What must never be split by a phrase that begins before it: "todavía no" in "todavía no puedo respirar". */
const ALARM = /^(urgent|selfharm|overdose|wrong|remove)$/;

/** The longest phrase here that leaves whole an alarm which begins inside it and ends after it. */
function whole(lexicons: Lexicon[], words: string[]): ReturnType<typeof longestOf> {
  const found = longestOf(lexicons, words);
  for (let j = 1; j < found.length; j++) {
    const inside = longestOf(lexicons, words.slice(j));
    if (j + inside.length > found.length && some(inside, ALARM)) {
      return longestOf(lexicons, words.slice(0, j));
    }
  }
  return found;
}

/** The longest phrase of any language; of equally long ones that of the first; and what `ALWAYS` adds from the others. */
function longestOf(lexicons: Lexicon[], words: string[]): { length: number; classes: ReadonlySet<string> } {
  let length = 0;
  let classes = new Set<string>();
  for (const lexicon of lexicons) {
    const found = longest(lexicon, words, 0);
    if (found === null || found.length < length) continue;
    if (found.length > length) classes = new Set(found.classes);
    else for (const name of found.classes) if (ALWAYS.test(name)) classes.add(name);
    length = found.length;
  }
  return { length, classes };
}

/** A word that denies in one language denies in every one; a stop word stops; a number counts. */
const ALWAYS = /^(neg|stopall|num\d+|drug|selfharm|urgent|optin|unit|amount)$/;

/** The language that knows most of the words; the locale's, then Spanish, when several know as many. */
function languageOf(words: string[], locale?: string): Language {
  const hint = ALL.find((l) => locale?.toLowerCase().startsWith(l));
  const scores = ALL.map((language) => ({
    language,
    score: known(LANGUAGES[language], words) + (language === hint ? 1 : 0),
  }));
  return scores.reduce((best, next) => (next.score > best.score ? next : best)).language;
}

function known(lexicon: Lexicon, words: string[]): number {
  let score = 0;
  for (let i = 0; i < words.length; ) {
    const found = longest(lexicon, words, i);
    if (found) score += found.length + (found.length > 1 ? 0.5 : 0);
    i += found?.length ?? 1;
  }
  return score;
}
