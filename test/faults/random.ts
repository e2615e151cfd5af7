import { createHash } from 'node:crypto';

/** Numbers in [0, 1) that are the same for the same words: SHA-256 of the words and a counter. */
export function seededRandom(words: string): () => number {
  let drawn = 0;
  return () => createHash('sha256').update(`${words} ${drawn++}`).digest().readUInt32BE() / 2 ** 32;
}
