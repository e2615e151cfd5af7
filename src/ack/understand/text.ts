/** A word of a message, folded; `stop` is the punctuation before it ('' none, ',' a weak break, '.' a strong one). */
export interface Token {
  text: string;
  stop: '' | ',' | '.';
  /** Its sentence part ends with a question mark, or began with an inverted one. */
  asked: boolean;
}

const MOST_READ = 2_000;
const MOST_WORDS = 300;

/** What an emoji says, as a word of the tables. Every other emoji says nothing. */
const EMOJI: [RegExp, string][] = [
  [/[👍✅✔☑💊]/gu, ' emojitaken '],
  [/[👎❌✖🚫]/gu, ' emojino '],
  [/[🤢🤮]/gu, ' emojisick '],
  [/[👌🆗]/gu, ' ok '],
  [/[⏰⏳⏲]/gu, ' emojilater '],
  [/🆘/gu, ' emojisos '],
  [/[❓❔]/gu, '?'],
];

const LAUGHTER = /(?<!\p{L})(?:k{2,}|(?:j[aeiu]){2,}j?|(?:h[aeiu]){2,}h?|(?:rs){1,20}s?|lo+l|xd+)(?!\p{L})/gu;

/** Words that are written with a figure or a stroke. */
const IN_FULL: Record<string, string> = {
  b4: 'before',
  l8r: 'later',
  gr8: 'great',
  m8: 'mate',
  '2day': 'today',
  '2nite': 'tonight',
  '2moro': 'tomorrow',
  'w/o': 'without',
  'w/': 'with',
};
const SHORTHAND = /(?<![\p{L}\d])(?:b4|l8r|gr8|m8|2day|2nite|2moro|w\/o|w\/)(?!\d)/gu;

/** The reminder's own words, which come back in a reply that quotes it. */
const ECHOES = [
  /["“”«»][^"“”«»\n]{0,200}(?:responda|reply|hora de|time for|recordatorio|hora do)[^"“”«»\n]{0,200}["“”«»]/g,
  /\b(responda|responde|conteste|marque|reply|responda com|answer|press|text)\s+["']?1\b[^\n]{0,60}?\b2\b[^\n,.!?]{0,25}?\b(no|not|nao|skipped|skip)\b( la tomo| lo tomo| tomou| taken)?(?:, (?:luego|despues|later|depois) (?:si|se|for|if) (?:mas tarde|mais tarde|later))?/g,
  /^[^\n]{0,80}(escribio|wrote|escreveu):/gm,
  /^\s*>[^\n]*$/gm,
];

/** A word in quotation marks inside a sentence is not meant as it stands: I "took" it. */
const SCARE = /["“”«»](\p{L}+)["“”«»]/gu;

/** Lower case, no accents, no invisible or bidirectional characters, curly quotes straight, emoji as words, quotes removed. */
function clean(text: string): string {
  let folded = text
    .slice(0, MOST_READ)
    .replace(/\bn[°º]\s*(?=\d)/giu, 'numero ')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/(?<!\p{L})tomo\u0301(?!\p{L})/gu, 'tomou')
    .replace(/\p{M}|\p{Cf}|[\u{1f3fb}-\u{1f3ff}]/gu, '')
    .replace(/[’‘`´ʼ]/gu, "'")
    .replace(SHORTHAND, (found) => ` ${IN_FULL[found] ?? found} `)
    .replace(LAUGHTER, ' laughter ');
  for (const [emoji, word] of EMOJI) folded = folded.replace(emoji, word);
  for (const echo of ECHOES) folded = folded.replace(echo, ' . ');
  return /[\p{L}\d]/u.test(folded.replace(SCARE, '')) ? folded.replace(SCARE, ' scarequote $1 ') : folded;
}

const PIECES = /(\d{1,2})[:.h](\d{2})(?!\d)|\d+|\p{L}+/gu;

/** The words of a message in order, at most `MOST_WORDS`. */
export function tokensOf(text: string): Token[] {
  const flat = joinSpelled(clean(text).replace(/(\p{L})'(?=\p{L})/gu, '$1'));
  const tokens: Token[] = [];
  let end = 0;
  let opened = false;
  let from = 0;
  const close = (between: string) => {
    if (!/[?¿,.;:!\n()…]/u.test(between)) return;
    if (between.includes('?') || opened) for (const token of tokens.slice(from)) token.asked = true;
    from = tokens.length;
    opened = between.includes('¿');
  };
  for (const match of flat.matchAll(PIECES)) {
    const between = flat.slice(end, match.index);
    close(between);
    const stop = /[?.;!\n…¿]/u.test(between) ? '.' : /[,:()]| - /u.test(between) ? ',' : '';
    end = match.index + match[0].length;
    tokens.push({ text: match[0].replace(/[.h]/, (c) => (match[1] ? ':' : c)), stop, asked: false });
    if (tokens.length === MOST_WORDS) break;
  }
  close(`${flat.slice(end, end + 20)}\n`);
  return tokens;
}

/** "s t o p" → "stop". */
function joinSpelled(text: string): string {
  return text.replace(/(?<!\p{L})\p{L}(?:\s+\p{L}(?!\p{L})){2,}/gu, (spelled) => spelled.replace(/\s+/g, ''));
}
