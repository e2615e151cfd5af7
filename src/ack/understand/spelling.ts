import type { Lexicon } from './lexicon.ts';

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const LEAST_MENDED = 4;
/** Shorter words are mended only into these: most other short words are one slip from some word that means much. */
const LEAST_COMMON = 6;
const CORE = new Set(
  'tome tomei tomado tomada tomar tomarla taken took take taking done forgot later luego olvide esqueci depois todavia pastilla nunca gracias'.split(
    ' ',
  ),
);

/** How a word that nobody knows may have been meant: an index from every word less one letter to the words. */
export interface Speller {
  known: (word: string) => boolean;
  byDeletion: Map<string, string[]>;
}

export function spellerOf(lexicons: Lexicon[]): Speller {
  const stems = new Set(lexicons.flatMap((l) => [...l.stems]));
  const words = new Set(lexicons.flatMap((l) => [...l.words]));
  const byDeletion = new Map<string, string[]>();
  for (const word of words) {
    if (word.length < LEAST_COMMON && !CORE.has(word)) continue;
    for (const key of deletions(word)) byDeletion.set(key, [...(byDeletion.get(key) ?? []), word]);
  }
  const hasStem = (word: string) => {
    for (let n = 3; n <= word.length; n++) if (stems.has(word.slice(0, n))) return true;
    return false;
  };
  return { known: (word) => words.has(word) || hasStem(word), byDeletion };
}

/** The words that a token was meant to be: itself, without drawn-out letters, unglued, or one slip of the finger away. */
export function mended(token: string, speller: Speller): string[] {
  if (/^\d/.test(token) || speller.known(token)) return [token];
  const plain = token.replace(/(.)\1+/gu, '$1');
  const short = [token.replace(/(.)\1{2,}/gu, '$1'), token.replace(/(.)\1{2,}/gu, '$1$1'), plain].find(speller.known);
  if (short !== undefined) return [short];
  const parts = unglued(plain);
  if (parts.length > 1) return parts;
  return [slip(token, speller) ?? slip(plain, speller) ?? token];
}

const GLUE = ['no', 'nao', 'si', 'ya', 'ja', 'me', 'se', 'la', 'lo', 'las', 'los', 'le', 'i', 'just'];
const VERBS = [
  'tome',
  'tomo',
  'tomei',
  'tomado',
  'tomada',
  'di',
  'took',
  'did',
  'puse',
  'tomare',
  'forgot',
  'it',
  'olvide',
];

/** "nolatome" → no la tome. At most six parts. */
function unglued(word: string, depth = 0): string[] {
  if (VERBS.includes(word)) return [word];
  if (depth === 6) return [];
  for (const part of [...GLUE, ...VERBS]) {
    if (!word.startsWith(part) || word.length === part.length) continue;
    const rest = unglued(word.slice(part.length), depth + 1);
    if (rest.length > 0) return [part, ...rest];
  }
  return [];
}

/** The one word that a single slip away is known; null when none is, or when several are and none stands out. */
function slip(token: string, speller: Speller): string | null {
  if (token.length < LEAST_MENDED - 1 || token.length > 20) return null;
  const keys = [token, ...deletions(token)];
  const near = new Set(keys.flatMap((key) => speller.byDeletion.get(key) ?? []));
  const ranked = [...near].map((word) => ({ word, rank: rankOf(token, word) })).filter(({ rank }) => rank > 0);
  const best = Math.min(...ranked.map(({ rank }) => rank));
  const first = ranked.filter(({ rank }) => rank === best);
  return first.length === 1 ? (first[0]?.word ?? null) : null;
}

/** 1: two letters swapped. 2: the key beside it. 3: a letter too many or too few. 4: another letter in a long word. 0: no. */
function rankOf(token: string, word: string): number {
  if (token.length === word.length) {
    const wrong = [...word].map((c, i) => (c === token[i] ? -1 : i)).filter((i) => i >= 0);
    const [a = 0, b = 0] = wrong;
    if (wrong.length === 2 && b === a + 1 && word[a] === token[b] && word[b] === token[a]) return 1;
    if (wrong.length !== 1) return 0;
    if (beside(word[a] ?? '', token[a] ?? '')) return 2;
    if (word.length >= 5 && alike(word[a] ?? '', token[a] ?? '')) return 3;
    return word.length >= 8 ? 4 : 0;
  }
  const [long, brief] = token.length > word.length ? [token, word] : [word, token];
  return brief.length >= LEAST_MENDED && deletions(long).includes(brief) ? 3 : 0;
}

/** Letters that sound alike, or that one hears for the other. */
const ALIKE = ['bv', 'scz', 'yi', 'gj', 'ckq', 'nm', 'xs', 'lr', 'ou', 'ei'];
const alike = (a: string, b: string) => ALIKE.some((letters) => letters.includes(a) && letters.includes(b));

function beside(a: string, b: string): boolean {
  return ROWS.some((row) => row.includes(a) && row.includes(b) && Math.abs(row.indexOf(a) - row.indexOf(b)) === 1);
}

function deletions(word: string): string[] {
  return [...word].map((_, i) => word.slice(0, i) + word.slice(i + 1)).concat(word);
}
