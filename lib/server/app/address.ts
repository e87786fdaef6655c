import { BlockList, isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { ArtistError } from '../../core/index.ts';

/** Whether an address of a peer is that of a trusted proxy. undefined: the peer came through the Unix socket. */
export type Trusts = (address: string | undefined) => boolean;

function addTo(list: BlockList, entry: string): void {
  const [address = '', length] = entry.split('/');
  const family = isIP(address);
  const bits = length === undefined ? undefined : Number(length);
  const most = family === 6 ? 128 : 32;
  if (family === 0 || (bits !== undefined && !(Number.isInteger(bits) && bits >= 0 && bits <= most)))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `trustedProxies: expected addresses such as 10.0.0.1, networks such as 10.0.0.0/8, or unix, got ${JSON.stringify(entry)}`,
    );
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (bits === undefined) list.addAddress(address, type);
  else list.addSubnet(address, bits, type);
}

/** @throws ArtistError ERR_INVALID_ARGUMENT when an entry is no address, network or `unix` */
export function trustedBy(entries: readonly string[]): Trusts {
  const list = new BlockList();
  for (const entry of entries) if (entry !== 'unix') addTo(list, entry);
  const unix = entries.includes('unix');
  return (address) => {
    if (address === undefined || address === '') return unix;
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/** Host and port of the header Host; undefined when it cannot be read. `[::1]:7860` -> `::1`, `7860` */
export function readHost(header: string): { name: string; port: string } | undefined {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_.-]{1,255}))(?::(\d{1,5}))?$/i.exec(header);
  if (!match) return undefined;
  return { name: (match[1] ?? match[2] ?? '').toLowerCase(), port: match[3] ?? '' };
}

/** `http://127.0.0.1:7860`, `http://[::1]:7860` */
export const urlOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Scheme, host and port by which the client reached this server. X-Forwarded headers count only from trusted proxies: see `trustProxy` of fastify. */
export function originOf(request: FastifyRequest): string {
  const scheme = request.protocol === 'https' ? 'https' : 'http';
  return `${scheme}://${request.host.toLowerCase()}`;
}
