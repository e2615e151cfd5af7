/**
 * The language of `among` that `Accept-Language` (RFC 9110 §12.5.4) wants most, the earlier of two wanted alike; null
 * when it wants none of them.
 */
export function wantedLanguage<L extends string>(acceptLanguage: string | undefined, among: readonly L[]): L | null {
  const wanted = (acceptLanguage ?? '').split(',').map((part) => {
    const [tag = '', quality] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*q=/);
    return { language: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) || 0 };
  });
  const weight = (language: L) =>
    Math.max(0, ...wanted.filter((each) => each.language === language).map((each) => each.quality));
  const best = among.reduce((a, b) => (weight(b) > weight(a) ? b : a));
  return weight(best) > 0 ? best : null;
}
