import { createHmac, timingSafeEqual } from 'node:crypto';

/** The URL a gateway calls about one attempt: whoever knows it can report on that attempt, and on no other. */
export function callbackUrl(publicUrl: string, secret: string, attemptId: string): string {
  return `${publicUrl}/webhooks/sms/${attemptId}?signature=${sign(secret, attemptId).toString('base64url')}`;
}

/** Whether we made the URL that was called. Constant time. */
export function isOurCallback(secret: string, attemptId: string, signature: string): boolean {
  const given = Buffer.from(signature, 'base64url');
  const expected = sign(secret, attemptId);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function sign(secret: string, attemptId: string): Buffer {
  return createHmac('sha256', secret).update(attemptId).digest();
}
