import smpp from 'smpp';

/** data_coding (SMPP 3.4 §5.2.19): the SMSC's default alphabet, GSM 03.38 one character an octet; UCS-2 big-endian. */
const GSM = 0;
const UCS2 = 8;
/** Characters that one SMS carries in each alphabet, in octets as SMPP writes them. */
const ONE_SMS = { [GSM]: 160, [UCS2]: 140 };
const MAX_VALIDITY_SECONDS = 99 * 86_400;

/**
 * The fields of a text (SMPP 3.4 §4.4.1). What one SMS does not carry goes as message_payload, which the SMSC splits: one
 * message stays one submit_sm with one id and one outcome.
 */
export function textFields(text: string) {
  const isGsm = smpp.encodings.ASCII.match(text);
  const octets = isGsm ? smpp.encodings.ASCII.encode(text) : Buffer.from(text, 'utf16le').swap16();
  const data_coding = isGsm ? GSM : UCS2;
  return octets.length <= ONE_SMS[data_coding]
    ? { data_coding, short_message: octets }
    : { data_coding, short_message: Buffer.alloc(0), message_payload: octets };
}

interface Address {
  ton: number;
  npi: number;
  addr: string;
}

/** Type and plan of an address (SMPP 3.4 §5.2.5, §5.2.6): +international, short code, or a name. */
export function addressOf(text: string): Address {
  if (text.startsWith('+')) return { ton: 1, npi: 1, addr: text.slice(1) };
  if (/^\d+$/.test(text)) return { ton: 3, npi: 0, addr: text };
  return { ton: 5, npi: 0, addr: text };
}

/** The E.164 number behind an address as SMSCs write it: with or without + or 00. Short codes and names stay. */
export function numberOf(address: string): string {
  const digits = address.replace(/^(\+|00)/, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : address;
}

/** A relative validity_period (SMPP 3.4 §7.1.1.1): no matter what the SMSC's clock says, at least a second. */
export function validityOf(seconds: number): string {
  const whole = Math.min(Math.max(Math.floor(seconds), 1), MAX_VALIDITY_SECONDS);
  const parts = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  return `0000${parts.map((part) => String(part).padStart(2, '0')).join('')}000R`;
}
