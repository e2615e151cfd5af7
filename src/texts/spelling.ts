import { SegmentedMessage } from 'sms-segments-calculator';
import { segmentsOf } from '#channels/sms-segments.ts';

/**
 * The spelling an SMS leaves in: its full one, unless leaving accents out makes it cheaper. One "á" takes a text out of GSM-7
 * (3GPP TS 23.038) and turns 160 characters a segment into 70; "é", "ñ", "¿" and "¡" cost nothing.
 */
export function cheaperSpelling(text: string): string {
  const plain = plainSpelling(text);
  return plain !== text && segmentsOf(plain) < segmentsOf(text) ? plain : text;
}

/** The text with the accents left out that GSM-7 does not have; what has no letter there (an emoji) stays. */
export function plainSpelling(text: string): string {
  return Array.from(text, plainCharacter).join('');
}

const plain = new Map<string, string>();

function plainCharacter(character: string): string {
  const known = plain.get(character);
  if (known !== undefined) return known;
  const letter = character.normalize('NFD').charAt(0);
  const spelled = isGsm7(character) || !isGsm7(letter) ? character : letter;
  if (plain.size < MOST_CHARACTERS) plain.set(character, spelled);
  return spelled;
}

const MOST_CHARACTERS = 10_000;

/** Whether a text needs no other alphabet. */
export function isGsm7(text: string): boolean {
  return new SegmentedMessage(text).encodingName === 'GSM-7';
}
