/**
 * UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random. An id sorts by its time and carries it, so an id
 * alone names the partition its row is in.
 */
export function uuidv7(at: Date): string {
  if (used === RANDOM.length) {
    crypto.getRandomValues(RANDOM);
    used = 0;
  }
  const time = at.getTime().toString(16).padStart(12, '0');
  const random = RANDOM.subarray(used, used + 10);
  used += 10;
  const hex = (i: number) => HEX[random[i] as number] as string;
  const version = HEX[0x70 | ((random[0] as number) & 0x0f)];
  const variant = HEX[0x80 | ((random[2] as number) & 0x3f)];
  const tail = hex(4) + hex(5) + hex(6) + hex(7) + hex(8) + hex(9);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(1)}-${variant}${hex(3)}-${tail}`;
}

/** Random bytes are drawn many at once: each draw costs as much as hundreds of bytes. */
const RANDOM = new Uint8Array(10 * 400);
let used = RANDOM.length;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The instant a UUIDv7 carries, in UTC. */
export function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** The first digit bounds the time it carries to the year 6429: PostgreSQL's dates take every one of them. */
export const UUID_V7 = /^[0-7][0-9a-f]{7}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the text is a UUIDv7 in lower case, the only form dosebell issues. */
export function isId(text: string): boolean {
  return UUID_V7.test(text);
}

/** The 16 bytes of an id: its shortest form, for tokens and cursors. */
export function bytesOfId(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** The text of an id's bytes; of any other bytes no id. */
export function idOfBytes(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
