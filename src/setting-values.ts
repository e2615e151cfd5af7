import { createSecretKey, type KeyObject } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';

// Readers of single settings: each takes the text of a variable and throws an Error that says what it must be.

/** A key that seals patient data, by its id. */
export interface DataKey {
  id: string;
  key: KeyObject;
}

export interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
  token_uri?: string;
}

/** A URL of one of these protocols, without a slash at its end. */
export function url(...protocols: string[]): (text: string) => string {
  return (text) => {
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      throw new Error(`must be a ${protocols.map((p) => `${p}//`).join(' or ')} URL`);
    }
    return text.replace(/\/$/, '');
  };
}

/** A whole number from `least` to `most`. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,9}$/.test(text) || value < least || value > most) {
      throw new Error(`must be a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

/** One E.164 number. */
export function phone(text: string): string {
  const [number, ...more] = phones(text);
  if (number === undefined || more.length > 0) throw new Error('must be one E.164 number such as +51900000000');
  return number;
}

/** E.164 numbers with commas between them, each once. */
export function phones(text: string): string[] {
  const numbers = text.split(',').map((number) => number.trim());
  const isGood =
    numbers.every((number) => /^\+[1-9]\d{6,14}$/.test(number)) && new Set(numbers).size === numbers.length;
  if (!isGood) throw new Error('must be E.164 numbers such as +51900000000, each once, with commas between them');
  return numbers;
}

/** What an SMSC takes as the sender: a number, a short code, or a name. */
export function smppSender(text: string): string {
  if (!/^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z][A-Za-z0-9 ]{0,10})$/.test(text)) {
    throw new Error('must be an E.164 number, a short code of 3 to 8 digits, or a name of up to 11 letters and digits');
  }
  return text;
}

/** A key of at least 32 bytes, in base64. */
export function secret(text: string): KeyObject {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < 32) throw new Error('must be at least 32 bytes in base64 (openssl rand -base64 32)');
  return createSecretKey(bytes);
}

/** One of these words. */
export function oneOf(...known: readonly string[]): (text: string) => string {
  return (text) => {
    if (!known.includes(text)) throw new Error(`must be one of ${known.join(', ')}`);
    return text;
  };
}

/** The path of a file that can be read. */
export function readableFile(path: string): string {
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new Error('must be the path of a readable file');
  }
  return path;
}

/** `ID:BASE64` of 32 bytes each, with commas between them; no id twice. */
export function dataKeys(text: string): DataKey[] {
  const keys = text.split(',').map((pair) => {
    const [id = '', base64 = ''] = pair.split(':');
    const key = Buffer.from(base64, 'base64');
    if (!/^[a-z0-9]{1,16}$/.test(id) || key.length !== 32) {
      throw new Error('must be ID:BASE64 of 32 bytes, the current key first, older ones after commas');
    }
    return { id, key: createSecretKey(key) };
  });
  // With one id for two keys, what the first sealed could never be opened again.
  const twice = keys.find(({ id }, i) => keys.findIndex((other) => other.id === id) !== i);
  if (twice !== undefined) throw new Error(`names ${twice.id} twice: a new key needs a new id`);
  return keys;
}

/** JSON, or what a JSON file at this path holds; `what` it must be is said when it is neither. */
function jsonOrFile(text: string, what: string): unknown {
  try {
    return JSON.parse(text.startsWith('{') ? text : readFileSync(text, 'utf8'));
  } catch {
    throw new Error(what);
  }
}

/** As `jsonOrFile`, of this shape; of what is wrong in it the place is said, and no value. */
export function jsonOfShape<Shape extends TSchema>(text: string, shape: Shape, what: string): Static<Shape> {
  const parsed = jsonOrFile(text, what);
  const [wrong] = Value.Errors(shape, parsed);
  if (wrong === undefined) return parsed as Static<Shape>;
  const place = wrong.instancePath.slice(1).replaceAll('/', '.');
  throw new Error(place === '' ? wrong.message : `${place} ${wrong.message}`);
}

/** A Google service account: its JSON, or the path of a file that holds it. */
export function serviceAccount(text: string): ServiceAccount {
  const what = 'must be the path of a Google service account file, or its JSON';
  const parsed = jsonOrFile(text, what) as Partial<ServiceAccount> | null;
  if (parsed === null) throw new Error(what);
  for (const field of ['project_id', 'client_email', 'private_key'] as const) {
    if (typeof parsed[field] !== 'string') throw new Error(`has no ${field}`);
  }
  return parsed as ServiceAccount;
}
