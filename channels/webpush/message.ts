import { actionsOf } from '#channels/actions.ts';
import type { OutboundMessage } from '#channels/channel.ts';
import { secondsLeft } from '#channels/lifetime.ts';

/** Push services keep a message four weeks at most. */
const MAX_TTL_SECONDS = 28 * 86_400;

/** What the service worker is given: all it needs to show the notification and to answer from it. */
export function pushPayload(message: OutboundMessage): string {
  const { attemptId, doseId, purpose, language, subject: title, text: body, link, token } = message;
  return JSON.stringify({
    attemptId,
    doseId,
    purpose,
    language,
    title,
    body,
    link,
    token,
    actions: actionsOf(message),
  });
}

/**
 * How the push service is to treat it (RFC 8030 §5): dropped once worthless, told at once to a sleeping phone, and a repeat
 * replaces what was not delivered yet. A topic has 32 characters of base64url at most: the hexadecimal ones of the dose's id.
 */
export function pushOptions({ doseId, expiresAt }: OutboundMessage, now: Date) {
  return {
    TTL: secondsLeft(expiresAt, now, { least: 0, most: MAX_TTL_SECONDS }),
    urgency: 'high',
    topic: doseId.replaceAll('-', ''),
  } as const;
}
