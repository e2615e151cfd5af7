import { createDecipheriv, createECDH, createHmac, hkdfSync } from 'node:crypto';

/** A browser's PushSubscription. */
export interface Subscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** The path of a subscription at the simulated push service. */
const PATH = /^\/push\/([\w.-]{1,128})$/;
const HEADER_BYTES = 21;
const PUBLIC_KEY_BYTES = 65;
const TAG_BYTES = 16;
/** What ends the last record before its padding (RFC 8188 §2). */
const LAST_RECORD = 2;

/** The subscription of the simulated browser `id`. Its keys follow from its id: the service keeps no list of browsers. */
export function subscriptionOf(origin: string, id: string): Subscription {
  const { curve, auth } = browserOf(id);
  const p256dh = curve.getPublicKey('base64url');
  return { endpoint: `${origin}/push/${id}`, keys: { p256dh, auth: auth.toString('base64url') } };
}

/** The browser that a path is about; null when there is none. */
export function browserAt(path: string): string | null {
  return PATH.exec(path)?.[1] ?? null;
}

function browserOf(id: string) {
  const derived = (what: string) => createHmac('sha256', 'simulated browser').update(`${what} ${id}`).digest();
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(derived('key'));
  return { curve, auth: derived('auth').subarray(0, 16) };
}

/**
 * What was encrypted for the browser `id`: one aes128gcm record (RFC 8188), keyed as RFC 8291 tells. Throws when it was encrypted
 * for another, or changed on its way.
 */
export function decrypted(id: string, body: Buffer): string {
  const { curve, auth } = browserOf(id);
  const salt = body.subarray(0, 16);
  const keyBytes = body.readUInt8(HEADER_BYTES - 1);
  if (keyBytes !== PUBLIC_KEY_BYTES) throw new Error('the header holds no public key');
  const theirs = body.subarray(HEADER_BYTES, HEADER_BYTES + keyBytes);
  const record = body.subarray(HEADER_BYTES + keyBytes);

  const info = Buffer.concat([Buffer.from('WebPush: info\0'), curve.getPublicKey(), theirs]);
  const secret = Buffer.from(hkdfSync('sha256', curve.computeSecret(theirs), auth, info, 32));
  const derived = (what: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${what}\0`, length));
  const decipher = createDecipheriv('aes-128-gcm', derived('aes128gcm', 16), derived('nonce', 12));
  decipher.setAuthTag(record.subarray(-TAG_BYTES));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -TAG_BYTES)), decipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== LAST_RECORD) throw new Error('the record has no end');
  return padded.toString('utf8', 0, end);
}
