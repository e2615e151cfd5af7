import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** A new signing secret: 32 random bytes, written as the Standard Webhooks convention has it. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/**
 * The headers of one try: signed over id, timestamp and the very bytes of the body, once with each secret (Standard Webhooks
 * 1.0.0, "Webhook headers"). `at` is the moment of this try.
 */
export function signedHeaders(secrets: string[], { id, at, body }: { id: string; at: Date; body: string }) {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}
