import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ArtistError, display } from '../../core/index.ts';

const special = new BlockList();
// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  special.addSubnet(network, bits, 'ipv4');
// https://www.iana.org/assignments/iana-ipv6-special-registry: those inside 2000::/3. Teredo and 6to4 addresses hold an IPv4 address.
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(network, bits, 'ipv6');
const unicast = new BlockList();
unicast.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one of the public internet: not of this machine, of a private network, of a link, mapped, translated or reserved. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  // All other unicast addresses, such as ::1, fc00::/7, fe80::/10, ::ffff:0:0/96 and 64:ff9b::/96, lie outside 2000::/3.
  return family === 6 && unicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** What a webhook may reach. */
export interface Reach {
  /** Names and addresses that may be called although they are not public, in lower case. */
  privateHosts: readonly string[];
}

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();

function refused(url: URL, got: string): ArtistError {
  return new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `url: expected an address of the public internet, got ${display(url.host)}, ${got}. An administrator may list the host in the setting server.webhooks.privateHosts`,
  );
}

/**
 * Checks the address of a webhook. Names are resolved when they are called, see guardedLookup().
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function checkWebhookUrl(text: string, { privateHosts }: Reach): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const wanted = 'url: expected an address such as https://example.org/hook';
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${wanted}, got ${display(text)}`);
  if (url.username !== '' || url.password !== '')
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${wanted}, got one with a user or a password: use the signature instead`);
  if (url.hash !== '') throw new ArtistError('ERR_INVALID_ARGUMENT', `${wanted}, got one with a fragment`);
  const host = bareHost(url);
  if (privateHosts.includes(host)) return url;
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refused(url, 'which is not');
  if (/(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/.test(host)) throw refused(url, 'a name of a private network');
  return url;
}

/**
 * dns.lookup() that fails unless every address of a name is public. Used for the connection itself, so that a name cannot change its address
 * between a check and the call.
 */
export function guardedLookup({ privateHosts }: Reach, resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const inside = addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      if (!first || (inside && !privateHosts.includes(hostname.toLowerCase())))
        return callback(refused(new URL(`http://${hostname}/`), 'whose name leads elsewhere'), '', 0);
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
