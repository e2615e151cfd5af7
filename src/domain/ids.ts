/**
 * UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random. An id sorts by its time and carries it, so an id
 * alone names the partition its row is in.
 */
export function uuidv7(at: Date): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = at.getTime();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The instant a UUIDv7 carries, in UTC. */
export function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** The first digit bounds the time it carries to the year 6429: PostgreSQL's dates take every one of them. */
const UUID_V7 = /^[0-7][0-9a-f]{7}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the text is a UUIDv7 in lower case, the only form dosebell issues. */
export function isId(text: string): boolean {
  return UUID_V7.test(text);
}
