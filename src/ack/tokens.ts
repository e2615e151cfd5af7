import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** What a push action or a link carries. The dose may be answered until `expiresAt`; later answers are refused. */
interface TokenClaims {
  doseId: string;
  expiresAt: Date;
}

export type TokenReading = { ok: true; doseId: string } | { ok: false; why: 'forged' | 'expired' };

const MAC_BYTES = 12;

/** → 43 characters of base64url: dose id (16 bytes), expiry in seconds (4), HMAC-SHA256 cut to 96 bits (12). Short, for SMS. */
export function issueToken(secret: KeyObject, { doseId, expiresAt }: TokenClaims): string {
  const body = Buffer.alloc(20);
  body.write(doseId.replaceAll('-', ''), 0, 'hex');
  body.writeUInt32BE(Math.floor(expiresAt.getTime() / 1000), 16);
  return Buffer.concat([body, mac(secret, body)]).toString('base64url');
}

/** Reads a token of whatever origin; compares in constant time. */
export function readToken(secret: KeyObject, token: string, now: Date): TokenReading {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 20 + MAC_BYTES || bytes.toString('base64url') !== token) return { ok: false, why: 'forged' };
  const body = bytes.subarray(0, 20);
  if (!timingSafeEqual(bytes.subarray(20), mac(secret, body))) return { ok: false, why: 'forged' };
  if (body.readUInt32BE(16) * 1000 <= now.getTime()) return { ok: false, why: 'expired' };
  const hex = body.toString('hex', 0, 16);
  const doseId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return { ok: true, doseId };
}

function mac(secret: KeyObject, body: Buffer): Buffer {
  return createHmac('sha256', secret).update('dosebell ack').update(body).digest().subarray(0, MAC_BYTES);
}
