import { type Static, type TSchema, Type } from 'typebox';
import {
  CALLBACK_EVENT_NAMES,
  CALLBACK_EVENTS,
  CALLBACK_FIELDS,
  CALLBACK_STATES,
  CALLBACK_TEST,
} from '../../domain/callback.ts';
import { type CallbackEndpoint, ENDPOINT_STATES } from '../../store/callback-endpoints.ts';
import type { StoredCallback } from '../../store/callbacks.ts';
import { Id, Instant, NullableInstant, nullable } from './common.ts';
import { iso } from './dose.ts';

const Url = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: 'an https: URL on the internet, without a user or password',
  examples: ['https://his.example.org/dosebell'],
});

const Events = Type.Array(Type.Enum(CALLBACK_EVENT_NAMES), {
  minItems: 1,
  maxItems: CALLBACK_EVENT_NAMES.length,
  uniqueItems: true,
  description: `what it wants to hear of: ${CALLBACK_EVENT_NAMES.map((name) => `${name} (${CALLBACK_EVENTS[name].when})`).join('; ')}`,
});

const EndpointStateSchema = Type.Enum([...ENDPOINT_STATES]);

const Secret = Type.String({
  description: 'signs every callback by the Standard Webhooks convention; shown here and never again',
  examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
});

export const EndpointBody = Type.Object({ url: Url, events: Events }, { additionalProperties: false });

export const EndpointChangeBody = Type.Object(
  {
    url: Type.Optional(Url),
    events: Type.Optional(Events),
    state: Type.Optional(EndpointStateSchema),
  },
  { additionalProperties: false, minProperties: 1 },
);

const endpointFields = {
  id: Id,
  url: Type.String(),
  events: Type.Array(Type.String()),
  state: EndpointStateSchema,
  failingSince: Type.Unsafe<string | null>({
    ...NullableInstant,
    description: 'the first failure since something last arrived; after five days of nothing else it is disabled',
  }),
  createdAt: Instant,
};
export const EndpointView = Type.Object(endpointFields);
export const NewEndpointView = Type.Object({ ...endpointFields, secret: Secret });

export function endpointView({ failingSince, createdAt, ...endpoint }: CallbackEndpoint): Static<typeof EndpointView> {
  return { ...endpoint, failingSince: iso(failingSince), createdAt: createdAt.toISOString() };
}

export const RotatedView = Type.Object({
  secret: Secret,
  oldSecretUntil: Type.Unsafe<string>({
    ...Instant,
    description: 'until then the old secret signs beside the new one',
  }),
});

export const PeriodBody = Type.Object(
  {
    from: Type.Unsafe<string>({ ...Instant, description: 'from this instant on, such as 2026-11-23T08:00:00-05:00' }),
    to: Type.Optional(Type.Unsafe<string>({ ...Instant, description: 'before this instant; now, when left out' })),
  },
  { additionalProperties: false },
);

export const ReplayedView = Type.Object({
  replayed: Type.Integer(),
  more: Type.Boolean({ description: 'there are more: ask again' }),
});

export const CallbackStateSchema = Type.Enum([...CALLBACK_STATES]);
export const CallbackEventSchema = Type.Enum([...CALLBACK_EVENT_NAMES, CALLBACK_TEST]);

export const CallbackView = Type.Object({
  id: Type.Unsafe<string>({ ...Id, description: 'its webhook-id, the same on every try' }),
  endpoint: Id,
  event: CallbackEventSchema,
  payload: Type.Object({
    type: Type.String(),
    timestamp: Instant,
    data: Type.Record(Type.String(), Type.Unknown()),
  }),
  state: CallbackStateSchema,
  tries: Type.Integer(),
  status: nullable(Type.Integer({ description: 'of the last answer; null: none came' })),
  nextAt: Type.Unsafe<string | null>({ ...NullableInstant, description: 'when it is tried again, at the latest' }),
  createdAt: Instant,
});

export function callbackView({
  endpointId,
  nextAt,
  createdAt,
  ...callback
}: StoredCallback): Static<typeof CallbackView> {
  return { ...callback, endpoint: endpointId, nextAt: iso(nextAt), createdAt: createdAt.toISOString() };
}

/** The callbacks as OpenAPI's `webhooks`: what a tenant's endpoint is sent. */
export function openapiWebhooks(): Record<string, object> {
  const own = {
    type: ['object', 'null'],
    properties: { id: { type: 'string' }, externalId: { type: ['string', 'null'] } },
  };
  const field = (name: keyof typeof CALLBACK_FIELDS) => ({
    ...(name === 'patient' || name === 'prescription' ? own : {}),
    description: CALLBACK_FIELDS[name],
  });
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' } as TSchema,
  });
  const parameters = [
    header('webhook-id', 'the same on every try of a callback: what was seen before is a repetition'),
    header('webhook-timestamp', 'seconds since 1970, of this try'),
    header('webhook-signature', 'v1 signatures with spaces between, one for each secret'),
  ];
  const webhook = (name: keyof typeof CALLBACK_EVENTS) => {
    const { when, data } = CALLBACK_EVENTS[name];
    const schema = {
      type: 'object',
      properties: {
        type: { const: name },
        timestamp: Instant,
        data: { type: 'object', properties: Object.fromEntries(data.map((each) => [each, field(each)])) },
      },
    };
    return {
      post: {
        summary: when,
        tags: ['callbacks'],
        parameters,
        requestBody: { content: { 'application/json': { schema } } },
        responses: { '2XX': { description: 'It was taken; everything else is tried again' } },
      },
    };
  };
  return Object.fromEntries(CALLBACK_EVENT_NAMES.map((name) => [name, webhook(name)]));
}
