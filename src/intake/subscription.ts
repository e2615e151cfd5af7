const MOST_CHARACTERS = 4096;
const PUBLIC_KEY_BYTES = 65;
const LEAST_AUTH_BYTES = 16;

/** Whether a text is a browser's PushSubscription as its `JSON.stringify` writes it: an https endpoint, and keys to encrypt with. */
export function isSubscription(text: string): boolean {
  if (text.length > MOST_CHARACTERS) return false;
  const { endpoint, keys } = objectIn(text);
  return isHttps(endpoint) && bytesIn(keys?.p256dh) === PUBLIC_KEY_BYTES && bytesIn(keys?.auth) >= LEAST_AUTH_BYTES;
}

function objectIn(text: string): { endpoint?: unknown; keys?: { p256dh?: unknown; auth?: unknown } } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function isHttps(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).protocol === 'https:';
}

/** How many bytes a base64url text holds; 0 when it is none. */
function bytesIn(value: unknown): number {
  return typeof value === 'string' && /^[\w-]+=*$/.test(value) ? Buffer.from(value, 'base64url').length : 0;
}
