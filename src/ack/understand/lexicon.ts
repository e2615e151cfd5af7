import type { Intent } from './types.ts';
import { en } from './words/en.ts';
import { es } from './words/es.ts';
import { pt } from './words/pt.ts';
import { qu } from './words/qu.ts';
import { signs } from './words/signs.ts';
import type { Words } from './words/words.ts';

/** A step of a phrase: what may come next, whole or as the beginning of a word, and what the phrase is when it ends here. */
interface Node {
  next: Map<string, Node>;
  stems: Map<string, Node>;
  classes: string[];
}

/** The phrases of one language. */
export interface Lexicon {
  root: Node;
  /** Every word of it, whole or as a stem. */
  words: Set<string>;
  stems: Set<string>;
}

const LEAST_STEM = 3;
const MOST_STEM = 12;

const node = (): Node => ({ next: new Map(), stems: new Map(), classes: [] });

const empty = (): Lexicon => ({ root: node(), words: new Set(), stems: new Set() });

function lexiconOf(words: Words): Lexicon {
  const lexicon = empty();
  for (const [name, list] of Object.entries(words)) {
    for (const entry of list.split(','))
      for (const phrase of spread(entry.trim().split(/\s+/))) add(lexicon, phrase, name);
  }
  return lexicon;
}

function add(lexicon: Lexicon, phrase: string[], name: string): void {
  let at = lexicon.root;
  for (const word of phrase) {
    const stem = word.endsWith('*');
    const text = fold(stem ? word.slice(0, -1) : word);
    (stem ? lexicon.stems : lexicon.words).add(text);
    const steps = stem ? at.stems : at.next;
    const next = steps.get(text) ?? node();
    steps.set(text, next);
    at = next;
  }
  if (phrase.length > 0 && !at.classes.includes(name)) at.classes.push(name);
}

/** Every choice of "a/b _/c": a, a c, b, b c. */
function spread(slots: string[]): string[][] {
  let phrases: string[][] = [[]];
  for (const slot of slots.filter((s) => s !== '')) {
    phrases = slot.split('/').flatMap((word) => phrases.map((p) => (word === '_' ? p : [...p, word])));
  }
  return phrases;
}

const fold = (word: string) =>
  word
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '');

/** The longest phrase that begins the words: how many of them, and its classes. */
export function longest(lexicon: Lexicon, words: string[], i: number): { length: number; classes: string[] } | null {
  return follow(lexicon.root, words, i, 0);
}

function follow(at: Node, words: string[], i: number, length: number): { length: number; classes: string[] } | null {
  let best = at.classes.length > 0 ? { length, classes: at.classes } : null;
  const word = words[i];
  if (word === undefined) return best;
  for (const next of stepsOf(at, word)) {
    const found = follow(next, words, i + 1, length + 1);
    if (found && (best === null || found.length > best.length)) best = found;
  }
  return best;
}

function stepsOf(at: Node, word: string): Node[] {
  const steps = [at.next.get(word)];
  if (at.stems.size > 0) {
    for (let n = Math.min(word.length, MOST_STEM); n >= LEAST_STEM; n--) steps.push(at.stems.get(word.slice(0, n)));
  }
  return steps.filter((step) => step !== undefined);
}

/** In the order in which they are tried when nothing says which language a message is in. */
export const LANGUAGES = { es: lexiconOf(es), en: lexiconOf(en), pt: lexiconOf(pt) };
/** What belongs to no language, or to one that we only know a few words of. */
export const OTHERS = [lexiconOf(signs), lexiconOf(qu)];

const additionsSeen = new WeakMap<object, Lexicon>();

/** A tenant's own phrases; classes are called "own_taken" and so on. Built once for the same object. */
export function additionsOf(additions: Partial<Record<Intent, string[]>>): Lexicon {
  const known = additionsSeen.get(additions);
  if (known) return known;
  const lexicon = empty();
  for (const [intent, phrases] of Object.entries(additions)) {
    for (const phrase of phrases)
      add(
        lexicon,
        phrase
          .split(/\s+/)
          .map(fold)
          .filter((w) => w !== ''),
        `own_${intent}`,
      );
  }
  additionsSeen.set(additions, lexicon);
  return lexicon;
}
