import { isLoopback } from '../../lib/server/app/loopback.ts';

const hostOf = (address: string): string => new URL(address).hostname.replace(/^\[|\]$/g, '');

export interface LinkAddress {
  address: string;
  /** Only programs on this computer can open it. */
  isLocal: boolean;
}

/**
 * The address of a link to give to others. The one at which this browser has the page works; where that means this computer only, the
 * server may know a public one.
 *
 * @param own as this browser reaches the server
 * @param url as the server names it, which knows the setting `server.publicUrl`
 */
export function linkAddress(own: string, url: string): LinkAddress {
  if (!isLoopback(hostOf(own))) return { address: own, isLocal: false };
  return isLoopback(hostOf(url)) ? { address: own, isLocal: true } : { address: url, isLocal: false };
}
