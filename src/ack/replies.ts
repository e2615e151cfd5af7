/** What a text message says. `unclear` is never counted as anything. */
export type ReplyIntent = 'taken' | 'skipped' | 'stop' | 'start' | 'unclear';

/**
 * Whole messages only, after folding case, accents and punctuation. `1` and `2` are what the reminder asks for. The opt-out
 * words are the carriers' (CTIA) and their Spanish and Portuguese counterparts.
 */
const WORDS: Record<Exclude<ReplyIntent, 'unclear'>, string> = {
  taken:
    '1, si, sip, ya, ya la tome, ya lo tome, ya tome, tomada, tomado, listo, hecho, yes, y, taken, done, took it, sim, tomei, ja tomei',
  skipped:
    '2, no, no la tome, no lo tome, no tome, se me olvido, n, not taken, skipped, forgot, nao, nao tomei, esqueci',
  stop: 'stop, stopall, stop please, unsubscribe, cancel, end, quit, revoke, remove, optout, opt out, td, arret, arrete, arrett, baja, alto, parar, cancelar suscripcion, sair',
  start: 'start, unstop, alta',
};

const BY_WORD = new Map(
  Object.entries(WORDS).flatMap(([intent, words]) => words.split(', ').map((word) => [word, intent as ReplyIntent])),
);

/** Understands a whole reply; anything that is not plainly one of the words is `unclear`, never a guess. */
export function understandReply(text: string): ReplyIntent {
  return BY_WORD.get(fold(text)) ?? 'unclear';
}

/** NFKC, lower case, no accents, no punctuation, single spaces: "¡Sí!" → "si". */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
