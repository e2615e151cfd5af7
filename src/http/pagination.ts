import { Type } from 'typebox';
import { bytesOfId, idOfBytes, isId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';

/** The query of every list. */
export const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the page before' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'a whole number from 1 to 200' }),
  ),
};

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** What a store function needs to read one page: the id after which it starts, and one row more than is shown. */
export interface PageWindow {
  after: string | null;
  limit: number;
}

/** Reads `cursor` and `limit`. Every list is in order of its UUIDv7 ids, so a cursor is the last id shown. */
export function pageWindow({ cursor, limit = 50 }: { cursor?: string; limit?: number }): PageWindow {
  return { after: cursor === undefined ? null : decodeCursor(cursor), limit: limit + 1 };
}

/** The page of rows read with `pageWindow`. */
export function toPage<Row extends { id: string }, View>(
  rows: Row[],
  { limit }: PageWindow,
  view: (row: Row) => View,
): Page<View> {
  const shown = rows.slice(0, limit - 1);
  const last = shown.at(-1);
  return { items: shown.map(view), next: rows.length === limit && last !== undefined ? encodeCursor(last.id) : null };
}

/** The `next` of a page after whose last id the list goes on. */
export const encodeCursor = (id: string) => bytesOfId(id).toString('base64url');

function decodeCursor(cursor: string): string {
  const id = idOfBytes(Buffer.from(cursor, 'base64url'));
  if (!isId(id) || encodeCursor(id) !== cursor) {
    throw new Refusal(422, 'The cursor is not valid', [
      { field: 'cursor', detail: 'must be the `next` of the page before: leave it out for the first page' },
    ]);
  }
  return id;
}
