import type { PushSubscription } from 'web-push';

/** The PushSubscription that a browser gave, from its JSON; null when it is none. */
export function readSubscription(json: string): PushSubscription | null {
  try {
    const { endpoint, keys } = JSON.parse(json);
    return { endpoint: String(endpoint), keys: { p256dh: String(keys.p256dh), auth: String(keys.auth) } };
  } catch {
    return null;
  }
}
