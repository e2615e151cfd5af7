import { createHash } from 'node:crypto';
import smpp, { type Pdu } from 'smpp';
import type { RefReceipt } from '#channels/channel.ts';
import { numberOf } from './encode.ts';

/** esm_class, message type (SMPP 3.4 §5.2.12). */
const MESSAGE_TYPE = 0b0011_1100;
const RECEIPT = 0b0000_0100;
const INTERMEDIATE = 0b0010_0000;

type State = RefReceipt['state'];
/** message_state and the words of the text form (SMPP 3.4 §5.2.28, Appendix B). UNKNOWN says nothing. */
const STATES: [value: number, word: string, state: State][] = [
  [1, 'ENROUTE', 'accepted'],
  [2, 'DELIVRD', 'delivered'],
  [3, 'EXPIRED', 'failed'],
  [4, 'DELETED', 'failed'],
  [5, 'UNDELIV', 'failed'],
  [6, 'ACCEPTD', 'accepted'],
  [8, 'REJECTD', 'failed'],
];

/** A repeat within this time is the SMSC telling again what we did not acknowledge. */
const REPEAT_MS = 60_000;

export function isReceipt({ esm_class = 0 }: Pdu): boolean {
  const type = esm_class & MESSAGE_TYPE;
  return type === RECEIPT || type === INTERMEDIATE;
}

/** The delivery receipt in a deliver_sm: its TLVs if it has them, else Appendix B's text. Null when it says nothing. */
export function receiptOf(pdu: Pdu): RefReceipt | null {
  const text = plainText(pdu);
  const ref = pdu.receipted_message_id || /\bid:\s*(\S+)/i.exec(text)?.[1];
  const word = /\bstat:\s*([A-Z]+)/i.exec(text)?.[1]?.toUpperCase();
  const known = STATES.find(([value, name]) => value === pdu.message_state || name === word);
  if (!ref || known === undefined) return null;
  const [, name, state] = known;
  if (state !== 'failed') return { ref, state };
  const error = /\berr:\s*(\S+)/i.exec(text)?.[1] ?? '';
  return { ref, state, code: /^0*$/.test(error) ? name : `${name}_${error}` };
}

/**
 * A message somebody wrote to us. SMPP gives it no id, and the SMSC tells it again when our answer was lost: the same words
 * from the same number within a minute are one message.
 */
export function replyOf(pdu: Pdu, now: Date): { sid: string; from: string; body: string } {
  const from = numberOf(pdu.source_addr ?? '');
  const body = textOf(pdu);
  const parts = [from, pdu.destination_addr, body, Math.floor(now.getTime() / REPEAT_MS)];
  const sid = `smpp-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
  return { sid, from, body };
}

function textOf({ message_payload, short_message }: Pdu): string {
  const payload = message_payload?.message ?? '';
  const message = payload.length > 0 ? payload : (short_message?.message ?? '');
  return typeof message === 'string' ? message : message.toString('latin1');
}

/**
 * Receipts are mostly written in ASCII, whatever their data_coding says; the library reads 0 and 1 as GSM 03.38, where the
 * octet of "_" is "§". One that was indeed GSM 03.38 has its "_" at 0x11.
 */
function plainText(pdu: Pdu): string {
  const text = textOf(pdu);
  if ((pdu.data_coding ?? 0) > 1) return text;
  return smpp.encodings.ASCII.encode(text).toString('latin1').replaceAll('\x11', '_');
}
