import { readFileSync } from 'node:fs';
import type { Intent } from '#src/ack/understand/understand.ts';

export interface Reply {
  id: string;
  text: string;
  locale: 'es' | 'en' | 'pt';
  expected: Intent;
  reason?: string;
  note?: string;
}

/** The lines of a corpus, in their order. */
export const repliesOf = (name: 'replies' | 'held-out'): Reply[] =>
  readFileSync(new URL(`${name}.ndjson`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
