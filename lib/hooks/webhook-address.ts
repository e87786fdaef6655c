import type { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { ArtistError, bareHost, display, guardedLookup as guarded, isPrivateName, isPublicAddress } from '../core/index.ts';

/** What a webhook may reach. */
export interface Reach {
  /** Names and addresses that may be called although they are not public, in lower case; all: any, for addresses that the owner of the home wrote. */
  privateHosts: readonly string[] | 'all';
}

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
  if (privateHosts === 'all' || privateHosts.includes(host)) return url;
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refused(url, 'which is not');
  if (isPrivateName(host)) throw refused(url, 'a name of a private network');
  return url;
}

/** guardedLookup() of lib/core for webhooks: the hosts that an administrator lists may lead elsewhere. */
export function guardedLookup({ privateHosts }: Reach, resolve?: typeof lookup): LookupFunction {
  const allows = (hostname: string): boolean => privateHosts === 'all' || privateHosts.includes(hostname);
  const refuse = (hostname: string): ArtistError => refused(new URL(`http://${hostname}/`), 'whose name leads elsewhere');
  return guarded({ allows, refuse }, resolve);
}
