import { Refusal } from '../domain/refusal.ts';
import { hostOf, isForbidden, isLoopback } from './addresses.ts';

const MOST = 2048;

/**
 * The URL of an endpoint as it is kept. `https:` only, but on this machine where private addresses are allowed; no user or
 * password in it. Names are looked up when a callback leaves. Throws a 422 naming `url`.
 */
export function endpointUrl(text: string, allowPrivate: boolean): string {
  if (!URL.canParse(text)) throw refused('is not an absolute URL: send one such as https://his.example.org/dosebell');
  const url = new URL(text);
  const host = hostOf(url);
  const isPlain = url.protocol === 'http:' && allowPrivate && isLoopback(host);
  if (url.protocol !== 'https:' && !isPlain) throw refused('must begin with https://');
  if (url.username !== '' || url.password !== '') {
    throw refused('must not hold a user or a password: callbacks are signed, check their signature instead');
  }
  if (isForbidden(host, allowPrivate)) {
    throw refused('names an address that is not on the internet: callbacks only go to public ones');
  }
  url.hash = '';
  if (url.href.length > MOST) throw refused(`must have at most ${MOST} characters`);
  return url.href;
}

function refused(detail: string): Refusal {
  return new Refusal(422, 'The endpoint is not valid', [{ field: 'url', detail }]);
}
