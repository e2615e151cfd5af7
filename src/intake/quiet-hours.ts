import type { Conversation } from '../domain/conversation.ts';

/**
 * The quiet hours that the tenant has for the country of a zone; undefined where it has none for it. Which zones a country has
 * is the runtime's own data (CLDR).
 */
export function quietHoursIn(
  zone: string,
  { quietHours = {} }: Pick<Conversation, 'quietHours'>,
): { from: string; to: string } | undefined {
  const named = canonical(zone);
  const country = Object.keys(quietHours).find((code) => zonesOf(code).some((each) => canonical(each) === named));
  return country === undefined ? undefined : quietHours[country];
}

/** Of a country by its ISO 3166-1 code (ECMA-402 `getTimeZones`, which the compiler's library does not know yet). */
function zonesOf(country: string): string[] {
  const locale = new Intl.Locale('und', { region: country }) as Intl.Locale & { getTimeZones(): string[] | undefined };
  return locale.getTimeZones() ?? [];
}

/** One name for all names of a zone: `America/Argentina/Buenos_Aires` and `America/Buenos_Aires` are one. */
function canonical(zone: string): string {
  return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
}
