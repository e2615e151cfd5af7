import { createECDH } from 'node:crypto';

/** Web push: keys, and whom it may be sent to, as `createWebPushChannel` takes them. */
export interface WebPushConfig {
  publicKey: string;
  privateKey: string;
  subject: string;
  origins: string[];
  caFile: string | undefined;
  perSecond: number;
}

/** The push services of Chrome and of Edge on Android, of Firefox, of Safari, and of Edge on Windows. */
export const PUSH_SERVICES = [
  'https://fcm.googleapis.com',
  'https://updates.push.services.mozilla.com',
  'https://*.push.apple.com',
  'https://*.notify.windows.com',
];

/** A VAPID public key: a point of P-256. Throws what to mend. */
export function vapidPublicKey(text: string): string {
  return base64urlOf(65, text);
}

/** The VAPID private key that belongs to the public one; push services refuse any other, message by message. Throws what to mend. */
export function vapidPrivateKey(text: string, publicKey: string | undefined): string {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(base64urlOf(32, text), 'base64url');
  if (curve.getPublicKey('base64url') === publicKey) return text;
  throw new Error('does not belong to WEBPUSH_PUBLIC_KEY');
}

function base64urlOf(length: number, text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length === length && bytes.toString('base64url') === text) return text;
  throw new Error(`must be ${length} bytes in base64url (npx web-push generate-vapid-keys)`);
}

/** Apple refuses every message of a subject that nobody could write to (web-push-libs/web-push#947). Throws what to mend. */
export function vapidSubject(text: string): string {
  const host = /^(?:mailto:[^\s@]+@|https:\/\/)([^\s/?#]+)/.exec(text)?.[1] ?? '';
  if (/\.[a-z]{2,}$/i.test(host) && !/\.(local|localhost|invalid)$/i.test(host)) return text;
  throw new Error('must be mailto: with an address, or an https: URL, by which push services can reach you');
}

/** Origins with commas between them; a `*.` stands for any labels before the rest. Throws what to mend. */
export function pushOrigins(text: string): string[] {
  const origins = text.split(',').map((origin) => origin.trim());
  if (origins.every((origin) => /^https:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/.test(origin))) return origins;
  throw new Error(
    'must be origins such as https://fcm.googleapis.com or https://*.push.apple.com, with commas between',
  );
}
