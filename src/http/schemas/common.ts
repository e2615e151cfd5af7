import { type TSchema, Type } from 'typebox';
import { UUID_V7 } from '../../domain/ids.ts';

/** An id dosebell issued. */
export const Id = Type.String({
  pattern: UUID_V7.source,
  description: 'an id from an earlier answer (a UUIDv7 in lower case)',
  examples: ['019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4'],
});

export const IdParams = Type.Object({ id: Id });

/** The caller's own id of something. */
export const ExternalId = Type.String({
  pattern: '^[^\\p{Cc}]{1,128}$',
  description: 'your own id: 1 to 128 characters, no control characters',
  examples: ['MRN-1042'],
});

export const Instant = Type.String({
  format: 'date-time',
  description: 'an instant with its offset such as 2026-11-23T08:00:00-05:00',
});

export const NullableInstant = nullable(Instant);

/** A value or `null`, as one schema (a union would be serialized by trial). */
export function nullable<T extends TSchema & { type: string }>(schema: T) {
  return Type.Unsafe<Type.Static<T> | null>({ ...schema, type: [schema.type, 'null'] });
}

export const NullableText = nullable(Type.String());

/** A time of day of somebody's wall clock. */
export const WallTime = Type.String({
  pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
  description: 'a wall-clock time HH:mm such as 08:00',
  examples: ['08:00'],
});

/** Free text of a person, `most` characters at most. */
export function text(most: number, description: string) {
  return Type.String({ minLength: 1, maxLength: most, description });
}

/** A short code in place of free text where the text is not encrypted. */
export const Code = Type.String({
  pattern: '^[a-z][a-z0-9_]{0,39}$',
  description: 'a short code of small letters, digits and underscores such as side_effects; free text is refused',
});

export function page<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'the cursor of the next page; null on the last',
    }),
  });
}

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ examples: ['urn:dosebell:problem:invalid'] }),
    title: Type.String({ examples: ['The prescription is not valid'] }),
    status: Type.Integer({ examples: [422] }),
    detail: Type.String({ examples: ['zone is not an IANA time zone: use a name such as America/Lima'] }),
    errors: Type.Array(
      Type.Object({
        field: Type.String({ description: 'the path of the field, such as regimen.rrules[0]' }),
        detail: Type.String({ description: 'what is wrong with it and how to mend it' }),
      }),
    ),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details' },
);

/** The problem answers of a route, for its documentation; `statuses` beside those every route can give. */
export function problems(...statuses: number[]) {
  const entry = (status: number) => [
    status,
    {
      description: MEANINGS[status],
      content: { 'application/problem+json': { schema: Type.Unsafe<never>({ $ref: 'Problem#' }) } },
    },
  ];
  return Object.fromEntries([...new Set([...statuses, 422, 500])].map(entry)) as Record<never, never>;
}

const MEANINGS: Record<number, string> = {
  400: 'Not well-formed',
  401: 'No valid API key',
  403: 'The signature is wrong or absent',
  404: 'No such thing, or it is not yours',
  409: 'Its state does not allow this',
  410: 'The token has expired',
  413: 'The body is larger than 1 MB',
  415: 'Another media type is expected',
  422: 'A field is not valid; `errors` names it and how to mend it',
  500: 'Something went wrong on our side',
  503: 'Not now: ask again after the seconds of `retry-after`',
};

/** What every route with an API key and a JSON body can refuse. */
export const KEYED = [401] as const;
export const KEYED_BODY = [400, 401, 413, 415] as const;
