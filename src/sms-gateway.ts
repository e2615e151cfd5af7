import { type Static, Type } from 'typebox';
import { jsonOfShape } from './setting-values.ts';

const exactly = { additionalProperties: false };
const Pointer = Type.String({ pattern: '^/' });
const words = <const Word extends string>(...allowed: Word[]) => Type.Record(Type.String(), Type.Enum(allowed));

/** What `SMS_HTTP` may hold; docs/settings.md tells what each part means. */
const Gateway = Type.Object(
  {
    url: Type.String({ pattern: '^https?://' }),
    method: Type.Optional(Type.Enum(['POST', 'PUT', 'GET'])),
    from: Type.String({ minLength: 1 }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    body: Type.Record(Type.String(), Type.Unknown()),
    id: Pointer,
    code: Type.Optional(Pointer),
    outcomes: Type.Optional(
      words('accepted', 'retry', 'throttled', 'contact_failed', 'opted_out', 'message_failed', 'unknown'),
    ),
    states: Type.Optional(words('accepted', 'delivered', 'failed')),
    callback: Type.Optional(
      Type.Object(
        { secret: Type.String({ minLength: 16 }), id: Pointer, status: Pointer, code: Type.Optional(Pointer) },
        exactly,
      ),
    ),
    lookup: Type.Optional(
      Type.Object(
        { url: Type.String({ pattern: '^https?://' }), id: Pointer, status: Type.Optional(Pointer) },
        exactly,
      ),
    ),
    perSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    weight: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  exactly,
);

type Described = Static<typeof Gateway>;

/** An HTTP SMS gateway, described, with its defaults. */
export type SmsGateway = Described &
  Required<Pick<Described, 'method' | 'headers' | 'outcomes' | 'states' | 'perSecond' | 'weight'>>;

/** Reads the gateway of `SMS_HTTP`: a path of a JSON file, or the JSON. Throws with what is wrong, without any value. */
export function readSmsGateway(text: string): SmsGateway {
  const gateway = jsonOfShape(text, Gateway, 'must be the path of a JSON file that describes the gateway, or its JSON');
  if (!URL.canParse(gateway.url)) throw new Error('url must be a URL');
  const headers = Object.entries(gateway.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const defaults = { method: 'POST' as const, outcomes: {}, states: {}, perSecond: 10, weight: 1 };
  return { ...defaults, ...gateway, headers: Object.fromEntries(headers) };
}
