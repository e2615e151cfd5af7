import webPush from 'web-push';

interface VapidKeys {
  publicKey: string;
  privateKey: string;
  subject: string;
}

/** A token is good for so long; RFC 8292 allows a day, and the push service's clock may differ from ours. */
const GOOD_SECONDS = 12 * 3600;
/** One this old is replaced. */
const RENEW_MS = 6 * 3_600_000;
/** A wildcard allows any number of origins; the services have a few. */
const MOST = 100;

/**
 * The Authorization header for a push service, by its origin. Signing takes a third of a millisecond, so the last ones are kept.
 */
export function vapidSigner(
  { publicKey, privateKey, subject }: VapidKeys,
  now: () => Date,
): (origin: string) => string {
  const known = new Map<string, { header: string; madeAt: number }>();
  return (origin) => {
    const at = now().getTime();
    const kept = known.get(origin);
    if (kept !== undefined && at - kept.madeAt < RENEW_MS) return kept.header;
    const until = Math.floor(at / 1000) + GOOD_SECONDS;
    const made = webPush.getVapidHeaders(origin, subject, publicKey, privateKey, 'aes128gcm', until);
    if (known.size >= MOST) known.clear();
    known.set(origin, { header: made.Authorization, madeAt: at });
    return made.Authorization;
  };
}
