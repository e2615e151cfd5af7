import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const COOKIE = 'dosebell_clinic';
const PATH = '/clinic';

/** A clinician works this long on one sign-in, in seconds. */
export const SESSION_SECONDS = 12 * 3600;

/**
 * What the cookie holds: which API key it was opened with (its SHA-256, base64url), and who signed in. The key is looked
 * up at every request, so revoking it ends its sessions.
 */
export interface Session {
  keyHash: string;
  by: string;
  /** Unix seconds. */
  expiresAt: number;
}

/** The SHA-256 under which an API key is kept; null for what cannot be a key. */
export function hashOfKey(key: string): Buffer | null {
  return /^dbk_[\w-]{43}$/.test(key) ? createHash('sha256').update(key).digest() : null;
}

/** `payload.mac`, both base64url: HMAC-SHA256 in full, under a label of its own. */
export function sealSession(secret: KeyObject, session: Session): string {
  const payload = Buffer.from(JSON.stringify(session)).toString('base64url');
  return `${payload}.${mac(secret, payload).toString('base64url')}`;
}

/** Reads a cookie value of whatever origin; null when it is forged or over. Constant time. */
export function openSession(secret: KeyObject, value: string, now: Date): Session | null {
  const [payload = '', given = ''] = value.split('.');
  const [expected, actual] = [mac(secret, payload), Buffer.from(given, 'base64url')];
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return null;
  const session = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Session;
  return session.expiresAt * 1000 > now.getTime() ? session : null;
}

function mac(secret: KeyObject, payload: string): Buffer {
  return createHmac('sha256', secret).update('dosebell clinic session').update(payload).digest();
}

/** The value of the session's cookie in a request. */
export function sessionCookie(request: FastifyRequest): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? null;
}

/** `Set-Cookie` of a session; an empty value with 0 seconds ends it. `secure` where the service is reached by https. */
export function setCookie(value: string, seconds: number, secure: boolean): string {
  return `${COOKIE}=${value}; Path=${PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

/** Whether a request that changes something comes from a page of this service: its `Origin` is the host it was sent to. */
export function isSameOrigin({ headers }: FastifyRequest, publicUrl: string): boolean {
  const { origin = '' } = headers;
  if (!URL.canParse(origin)) return false;
  return origin === new URL(publicUrl).origin || new URL(origin).host === headers.host;
}
