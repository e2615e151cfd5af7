/** Whole seconds from `now` until a message is worthless, within what its provider takes. */
export function secondsLeft(expiresAt: Date, now: Date, { least, most }: { least: number; most: number }): number {
  const seconds = Math.floor((expiresAt.getTime() - now.getTime()) / 1000);
  return Math.min(Math.max(seconds, least), most);
}
