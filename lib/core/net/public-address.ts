import type { lookup } from 'node:dns';
import type { BlockList, LookupFunction } from 'node:net';

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast
const special4 = [
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
] as const;
// https://www.iana.org/assignments/iana-ipv6-special-registry: those inside 2000::/3. Teredo and 6to4 addresses hold an IPv4 address.
const special6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

interface Lists {
  isIP: (address: string) => number;
  special: BlockList;
  unicast: BlockList;
}
let lists: Lists | undefined;

/** Made on first use: programs that call nobody need not load node:net, which core would have them load. */
function listsOf(): Lists {
  if (lists) return lists;
  const { BlockList, isIP } = process.getBuiltinModule('node:net');
  const [special, unicast] = [new BlockList(), new BlockList()];
  for (const [network, bits] of special4) special.addSubnet(network, bits, 'ipv4');
  for (const [network, bits] of special6) special.addSubnet(network, bits, 'ipv6');
  unicast.addSubnet('2000::', 3, 'ipv6');
  lists = { isIP, special, unicast };
  return lists;
}

/** Whether an address is one of the public internet: not of this machine, of a private network, of a link, mapped, translated or reserved. */
export function isPublicAddress(address: string): boolean {
  const { isIP, special, unicast } = listsOf();
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  // All other unicast addresses, such as ::1, fc00::/7, fe80::/10, ::ffff:0:0/96 and 64:ff9b::/96, lie outside 2000::/3.
  return family === 6 && unicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** Names that lead into a private network wherever they are asked for. */
export const isPrivateName = (host: string): boolean => /(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/.test(host);

/** Host of an address in lower case, of IPv6 without brackets. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();

/**
 * dns.lookup() that fails unless every address of a name is public. Used for the connection itself, so that a name cannot change its address
 * between a check and the call.
 *
 * @param allows whether a name may lead elsewhere
 * @param refuse the error for a name that does
 */
export function guardedLookup(
  { allows, refuse }: { allows: (hostname: string) => boolean; refuse: (hostname: string) => Error },
  resolve: typeof lookup = process.getBuiltinModule('node:dns').lookup,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const inside = addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      if (!first || (inside && !allows(hostname.toLowerCase()))) return callback(refuse(hostname), '', 0);
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
