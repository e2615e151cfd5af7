import { GSM_BASIC, GSM_EXTENDED } from './segments.ts';

/** The command_ids of SMPP 3.4 §5.1.2.1 that are spoken here; an answer has the highest bit set. */
export const COMMAND = {
  generic_nack: 0x80000000,
  bind_receiver: 0x01,
  bind_transmitter: 0x02,
  submit_sm: 0x04,
  deliver_sm: 0x05,
  unbind: 0x06,
  bind_transceiver: 0x09,
  enquire_link: 0x15,
};
export const ANSWER = 0x80000000;

/** Optional parameters (SMPP 3.4 §5.3.2). */
const MESSAGE_PAYLOAD = 0x0424;
const RECEIPTED_MESSAGE_ID = 0x001e;
const MESSAGE_STATE = 0x0427;

const HEADER_BYTES = 16;
const MAX_BYTES = 64 * 1024;

export interface RawPdu {
  command: number;
  status: number;
  sequence: number;
  body: Buffer;
}

/** Cuts a stream into PDUs (SMPP 3.4 §3.2). Written from the specification, not with the library the client uses. */
export class PduReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The PDUs that are whole now. Throws on a length that cannot be one. */
  push(piece: Buffer): RawPdu[] {
    let bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const pdus: RawPdu[] = [];
    while (bytes.length >= 4) {
      const length = bytes.readUInt32BE(0);
      if (length < HEADER_BYTES || length > MAX_BYTES) throw new RangeError(`a PDU of ${length} bytes`);
      if (bytes.length < length) break;
      const [command, status, sequence] = [bytes.readUInt32BE(4), bytes.readUInt32BE(8), bytes.readUInt32BE(12)];
      pdus.push({ command, status, sequence, body: bytes.subarray(HEADER_BYTES, length) });
      bytes = bytes.subarray(length);
    }
    this.#rest = bytes;
    return pdus;
  }
}

export function pdu(command: number, status: number, sequence: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(command >>> 0, 4);
  bytes.writeUInt32BE(status, 8);
  bytes.writeUInt32BE(sequence, 12);
  body.copy(bytes, HEADER_BYTES);
  return bytes;
}

export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}

/** Reads fields one after another. Throws a RangeError beyond the end. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  octet(): number {
    this.#at += 1;
    return this.#bytes.readUInt8(this.#at - 1);
  }

  word(): number {
    this.#at += 2;
    return this.#bytes.readUInt16BE(this.#at - 2);
  }

  octets(count: number): Buffer {
    if (count > this.left) throw new RangeError('a field beyond the end');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end === -1) throw new RangeError('a string without end');
    const text = this.#bytes.toString('latin1', this.#at, end);
    this.#at = end + 1;
    return text;
  }
}

/** system_id and password of a bind (SMPP 3.4 §4.1.5). */
export function readBind(body: Buffer): { systemId: string; password: string } {
  const cursor = new Cursor(body);
  return { systemId: cursor.text(), password: cursor.text() };
}

export interface SubmitSm {
  source: string;
  destination: { ton: number; npi: number; address: string };
  validityPeriod: string;
  registeredDelivery: number;
  dataCoding: number;
  shortMessage: Buffer;
  payload: Buffer | null;
  text: string;
}

/** A submit_sm (SMPP 3.4 §4.4.1). */
export function readSubmitSm(body: Buffer): SubmitSm {
  const cursor = new Cursor(body);
  cursor.text(); // service_type
  cursor.octets(2); // source_addr_ton, source_addr_npi
  const source = cursor.text();
  const destination = { ton: cursor.octet(), npi: cursor.octet(), address: cursor.text() };
  cursor.octets(3); // esm_class, protocol_id, priority_flag
  cursor.text(); // schedule_delivery_time
  const validityPeriod = cursor.text();
  const registeredDelivery = cursor.octet();
  cursor.octet(); // replace_if_present_flag
  const dataCoding = cursor.octet();
  cursor.octet(); // sm_default_msg_id
  const shortMessage = cursor.octets(cursor.octet());
  let payload: Buffer | null = null;
  while (cursor.left > 0) {
    const tag = cursor.word();
    const value = cursor.octets(cursor.word());
    if (tag === MESSAGE_PAYLOAD) payload = value;
  }
  const text = readText(payload ?? shortMessage, dataCoding);
  return { source, destination, validityPeriod, registeredDelivery, dataCoding, shortMessage, payload, text };
}

interface Delivery {
  from: string;
  to: string;
  esmClass: number;
  text: string;
  receipt?: { id: string; state: number };
}

/** The body of a deliver_sm (SMPP 3.4 §4.6.1), its text in GSM 03.38 or, where that cannot say it, in UCS-2. */
export function deliverSmBody({ from, to, esmClass, text, receipt }: Delivery): Buffer {
  const gsm = writeGsm(text);
  const octets = gsm ?? Buffer.from(text, 'utf16le').swap16();
  return Buffer.concat([
    Buffer.from([0, 1, 1]),
    cString(from),
    Buffer.from([1, 1]),
    cString(to),
    Buffer.from([esmClass, 0, 0, 0, 0, 0, 0, gsm === null ? 8 : 0, 0, octets.length]),
    octets,
    ...(receipt
      ? [tlv(RECEIPTED_MESSAGE_ID, cString(receipt.id)), tlv(MESSAGE_STATE, Buffer.from([receipt.state]))]
      : []),
  ]);
}

function tlv(tag: number, value: Buffer): Buffer {
  const head = Buffer.allocUnsafe(4);
  head.writeUInt16BE(tag, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** 3GPP TS 23.038 §6.2.1: position is code; 0x1B leads to the extension table, whose codes these are. */
const GSM = [...GSM_BASIC.slice(0, 0x1b), '\x1b', ...GSM_BASIC.slice(0x1b)];
const EXTENSION = new Map(
  [0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65].map((code, at) => [code, GSM_EXTENDED[at] as string]),
);

function readText(octets: Buffer, dataCoding: number): string {
  if (dataCoding === 8) return Buffer.from(octets).swap16().toString('utf16le');
  let text = '';
  for (let at = 0; at < octets.length; at += 1) {
    const code = octets[at] as number;
    if (code === 0x1b) {
      at += 1;
      text += EXTENSION.get(octets[at] ?? 0) ?? '?';
    } else text += GSM[code] ?? '?';
  }
  return text;
}

function writeGsm(text: string): Buffer | null {
  const codes = [...text].map((char) => GSM.indexOf(char));
  return codes.includes(-1) ? null : Buffer.from(codes);
}
