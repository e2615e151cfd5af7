import { type FcmError, invalidArgument } from './fcm-errors.ts';

/** What the simulator reads of an FCM message; `to` is the registration token (or topic, or condition). */
export interface FcmMessage {
  to: string;
  data: Record<string, string>;
  notification: { title?: string; body?: string };
  /** The repeat that replaces it on the device has the same: Android's tag, Apple's collapse id; null when these differ. */
  collapseId: string | null;
}

type Fields = Record<string, unknown>;

const MAX_PAYLOAD_BYTES = 4_096;
const MESSAGE_FIELDS = new Set(
  'name data notification android webpush apns fcm_options fcmOptions token topic condition'.split(' '),
);
const TARGETS = ['token', 'topic', 'condition'];
const TOKEN = /^[\w:.-]{1,4096}$/;
const DURATION = /^\d+(\.\d{1,9})?s$/;
const RESERVED_DATA_KEY = /^(from|message_type|google\..*|gcm\..*)$/;

/** The rules of the v1 API that a client can break, in the order in which they are told. */
const RULES: readonly ((message: Fields) => FcmError | null)[] = [
  (message) => {
    const unknown = Object.keys(message).find((field) => !MESSAGE_FIELDS.has(field));
    const told = `Invalid JSON payload received. Unknown name "${unknown}" at 'message': Cannot find field.`;
    return unknown === undefined ? null : invalidArgument('message', told);
  },
  (message) => {
    const targets = TARGETS.filter((field) => message[field] !== undefined);
    if (targets.length === 1) return null;
    const told = targets.length === 0 ? 'Recipient of the message is not set.' : 'The message has several recipients.';
    return invalidArgument('message', told);
  },
  ({ token }) =>
    token === undefined || (typeof token === 'string' && TOKEN.test(token))
      ? null
      : invalidArgument('message.token', 'The registration token is not a valid FCM registration token'),
  (message) => stringMap('message.data', message.data),
  ({ data }) => {
    const reserved = Object.keys(asObject(data) ?? {}).find((key) => RESERVED_DATA_KEY.test(key));
    return reserved === undefined ? null : invalidArgument('message.data', `Invalid data payload key: ${reserved}`);
  },
  ({ notification }) => (notification === undefined ? null : stringMap('message.notification', notification)),
  (message) => {
    const { ttl, priority } = asObject(message.android) ?? {};
    if (ttl !== undefined && !(typeof ttl === 'string' && DURATION.test(ttl)))
      return invalidArgument('message.android.ttl', `Invalid value at 'message.android.ttl' (Duration), ${ttl}`);
    if (priority !== undefined && !['normal', 'high', 'NORMAL', 'HIGH'].includes(String(priority)))
      return invalidArgument('message.android.priority', `Invalid value at 'message.android.priority', ${priority}`);
    return null;
  },
  (message) => stringMap('message.apns.headers', asObject(message.apns)?.headers),
  ({ data, notification }) =>
    Buffer.byteLength(JSON.stringify({ data, notification })) > MAX_PAYLOAD_BYTES
      ? invalidArgument('message', `The message payload is over ${MAX_PAYLOAD_BYTES} bytes.`)
      : null,
];

/** Reads and validates a send request as FCM HTTP v1 does: the message, or the error that FCM would answer. */
export function readFcmMessage(text: string): FcmMessage | { error: FcmError; attemptId: string | null } {
  const message = asObject(parseJson(text)?.message);
  if (!message) return { error: invalidArgument('message', 'Invalid JSON payload received.'), attemptId: null };
  for (const rule of RULES) {
    const error = rule(message);
    if (error) return { error, attemptId: attemptOf(asObject(message.data)) };
  }
  return {
    to: String(message.token ?? message.topic ?? message.condition),
    data: (message.data ?? {}) as FcmMessage['data'],
    notification: (message.notification ?? {}) as FcmMessage['notification'],
    collapseId: collapseIdOf(message),
  };
}

function collapseIdOf({ android, apns }: Fields): string | null {
  const tag = asObject(asObject(android)?.notification)?.tag;
  const apple = asObject(asObject(apns)?.headers)?.['apns-collapse-id'];
  return typeof tag === 'string' && tag === apple ? tag : null;
}

/** The attempt id that the sender put in the message's data. */
export function attemptOf(data: Fields | undefined): string | null {
  return typeof data?.attemptId === 'string' ? data.attemptId : null;
}

function stringMap(field: string, value: unknown): FcmError | null {
  if (value === undefined) return null;
  const entries = asObject(value);
  if (!entries) return invalidArgument(field, `Invalid value at '${field}' (a map of strings)`);
  const index = Object.values(entries).findIndex((entry) => typeof entry !== 'string');
  if (index === -1) return null;
  const path = `${field}[${index}].value`;
  return invalidArgument(path, `Invalid value at '${path}' (TYPE_STRING), ${Object.values(entries)[index]}`);
}

function asObject(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function parseJson(text: string): Fields | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
