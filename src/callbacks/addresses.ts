import { type LookupOptions, lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

type Range = [network: string, prefix: number];

/** This machine and private networks, by RFC 1122, 1918, 4193, 4291 and 6598: for whoever allows them. */
const PRIVATE: Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
];

/** What is nobody's host on the internet, by the IANA registries of special-purpose addresses; link-local holds clouds' metadata. */
const NOBODYS: Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // Of IPv6 only 2000::/3 is given out; the others, and what carries an IPv4 address within it (6to4, Teredo), are not.
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** One list per family: a list of both would hold IPv4 addresses against the ranges of IPv6 too. */
function listOf(ranges: Range[]): (address: string) => boolean {
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const [network, prefix] of ranges) {
    if (isIP(network) === 4) lists[4].addSubnet(network, prefix, 'ipv4');
    else lists[6].addSubnet(network, prefix, 'ipv6');
  }
  return (address) => (isIP(address) === 4 ? lists[4].check(address, 'ipv4') : lists[6].check(address, 'ipv6'));
}

const isPrivate = listOf(PRIVATE);
const isNobodys = listOf(NOBODYS);
const isLoopbackAddress = listOf([
  ['127.0.0.0', 8],
  ['::1', 128],
]);

/** Whether a callback may go to this address. An IPv4 address in the dress of IPv6 is refused: no name resolves to one. */
export function mayReach(address: string, allowPrivate: boolean): boolean {
  return isPrivate(address) ? allowPrivate : !isNobodys(address);
}

/** Whether the host of a URL is an address that no callback may go to. A name is judged when it is looked up. */
export function isForbidden(host: string, allowPrivate: boolean): boolean {
  return isIP(host) !== 0 && !mayReach(host, allowPrivate);
}

/** Whether the host of a URL is this machine by its very name. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && isLoopbackAddress(host));
}

/** The host of a URL as the network takes it: without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The name is known, and leads only to where no callback may go. */
export const FORBIDDEN = 'EADDRFORBIDDEN';

/**
 * `lookup` for a request, which gives only addresses a callback may go to. It is asked as the connection is made, with what
 * is connected to: a name that resolves to something else a moment later changes nothing. An address in place of a name is
 * never looked up, and has to be checked before.
 */
export function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...(options as LookupOptions), all: true }, (error, found) => {
      if (error !== null) return done(error, []);
      const [first, ...rest] = found.filter(({ address }) => mayReach(address, allowPrivate));
      if (first === undefined) return done(Object.assign(new Error('a forbidden address'), { code: FORBIDDEN }), []);
      if (options.all === true) done(null, [first, ...rest]);
      else done(null, first.address, first.family);
    });
  };
}
