// GSM 03.38 default alphabet; the extension characters count as two septets.
export const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
export const GSM_EXTENDED = '\f^{}\\[~]|€';

const SEPTETS = new Map<string, number>([
  ...Array.from(GSM_BASIC, (char): [string, number] => [char, 1]),
  ...Array.from(GSM_EXTENDED, (char): [string, number] => [char, 2]),
]);

/** Segments an SMS is billed as: 160/153 septets in GSM-7, 70/67 UTF-16 units otherwise (3GPP TS 23.038, 23.040). */
export function countSegments(text: string): number {
  let septets = 0;
  for (const char of text) {
    const cost = SEPTETS.get(char);
    if (cost === undefined) return text.length <= 70 ? 1 : Math.ceil(text.length / 67);
    septets += cost;
  }
  return septets <= 160 ? 1 : Math.ceil(septets / 153);
}
