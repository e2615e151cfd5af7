/** A line of the input, or `null` for one longer than the most that is kept. */
export type Line = string | null;

/**
 * The lines of a text stream, a batch for each piece that came, so that whoever waits for answers gets them as soon as
 * the lines are there. At most `most` characters of a line are held; what is longer is passed over to its end.
 */
export async function* linesOf(pieces: AsyncIterable<string>, most: number): AsyncGenerator<Line[]> {
  let held = '';
  let tooLong = false;
  for await (const piece of pieces) {
    const parts = piece.split('\n');
    const batch: Line[] = [];
    for (const [i, part] of parts.entries()) {
      if (held.length + part.length > most) tooLong = true;
      held = tooLong ? '' : held + part;
      if (i === parts.length - 1) break;
      batch.push(tooLong ? null : held);
      held = '';
      tooLong = false;
    }
    yield batch;
  }
  if (tooLong || held !== '') yield [tooLong ? null : held];
}
