import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { bytesOfId, idOfBytes } from '../domain/ids.ts';

/** What a token names. The dose may be answered until `expiresAt`; later answers are refused. */
interface TokenClaims {
  doseId: string;
  expiresAt: Date;
}

export type TokenReading = ({ ok: true } & TokenClaims) | { ok: false; why: 'forged' | 'expired' };

/**
 * The one thing a token is good for: a token of one purpose is forged for every other. Each has its own label before the body
 * in the MAC; the body is of fixed length, so no label and body can be read as another's. That of links is the label all
 * tokens had once: links on their way during a deploy stay good.
 */
const LABELS = {
  link: Buffer.from('dosebell ack'),
  push: Buffer.from('dosebell ack push'),
  webpush: Buffer.from('dosebell ack webpush'),
  whatsapp: Buffer.from('dosebell ack whatsapp'),
};
export type TokenPurpose = keyof typeof LABELS;

const MAC_BYTES = 12;

/** → 43 characters of base64url: dose id (16 bytes), expiry in seconds (4), HMAC-SHA256 cut to 96 bits (12). Short, for SMS. */
export function issueToken(secret: KeyObject, purpose: TokenPurpose, { doseId, expiresAt }: TokenClaims): string {
  const body = Buffer.alloc(20);
  bytesOfId(doseId).copy(body);
  body.writeUInt32BE(Math.floor(expiresAt.getTime() / 1000), 16);
  return signed(secret, LABELS[purpose], body);
}

/** Reads a token of whatever origin for one purpose; compares in constant time. */
export function readToken(secret: KeyObject, purpose: TokenPurpose, token: string, now: Date): TokenReading {
  const body = bodyOf(secret, LABELS[purpose], token, 20);
  if (body === null) return { ok: false, why: 'forged' };
  const expiresAt = new Date(body.readUInt32BE(16) * 1000);
  if (expiresAt <= now) return { ok: false, why: 'expired' };
  return { ok: true, doseId: idOfBytes(body.subarray(0, 16)), expiresAt };
}

/** Another thing than an answer, and of another length: the label begins with no label of those. */
const UNSUBSCRIBE = Buffer.from('dosebell unsubscribe');

/**
 * → 38 characters of base64url: the contact point (16 bytes), HMAC as above. It stops messages to that contact point and does
 * nothing else, so it needs no expiry: a mail may be read years later (RFC 8058 wants links that work when they are needed).
 */
export function issueUnsubscribeToken(secret: KeyObject, contactPointId: string): string {
  return signed(secret, UNSUBSCRIBE, bytesOfId(contactPointId));
}

/** The contact point that a token of whatever origin stops; null when it was not issued here. */
export function readUnsubscribeToken(secret: KeyObject, token: string): string | null {
  const body = bodyOf(secret, UNSUBSCRIBE, token, 16);
  return body === null ? null : idOfBytes(body);
}

function signed(secret: KeyObject, label: Buffer, body: Buffer): string {
  return Buffer.concat([body, mac(secret, label, body)]).toString('base64url');
}

/** The body of a token under this label; null when it is forged, or is spelled in another way than it was issued. */
function bodyOf(secret: KeyObject, label: Buffer, token: string, length: number): Buffer | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== length + MAC_BYTES || bytes.toString('base64url') !== token) return null;
  const body = bytes.subarray(0, length);
  return timingSafeEqual(bytes.subarray(length), mac(secret, label, body)) ? body : null;
}

function mac(secret: KeyObject, label: Buffer, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(label).update(body).digest().subarray(0, MAC_BYTES);
}
