import type { LocalMs } from './local-time.ts';

/** BYSETPOS: the members of an ascending set at the given 1-based (or, from the end, negative) positions, ascending, each once. */
export function choose(set: LocalMs[], positions: number[]): LocalMs[] {
  const chosen = new Set(positions.map((at) => set[at > 0 ? at - 1 : set.length + at]));
  return [...chosen].filter((local) => local !== undefined).sort((a, b) => a - b);
}
