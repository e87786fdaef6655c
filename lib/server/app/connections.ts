/** How many connections one address may hold, so that no client takes all of them. */
import type { Server } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import { refuseConnection } from './bad-http.ts';

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before;
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}

/**
 * What counts as one address: an IPv4 address, or the first 64 bits of an IPv6 address, because every customer of a provider has at least so many.
 * Link-local addresses share those bits with the whole network, so they count in full.
 */
export function addressGroup(address: string): string {
  const four = mapped.exec(address)?.[1];
  if (four !== undefined) return four;
  const [plain = address] = address.toLowerCase().split('%');
  if (!isIPv6(plain) || /^fe[89ab]/.test(plain)) return plain;
  return groupsOf(plain).slice(0, 4).join(':');
}

export interface ConnectionBounds {
  /** Connections of an address at the same time. */
  most: number;
  /** Whether an address may have any number: this machine, and proxies, behind which are many clients. undefined: a Unix socket. */
  isExempt: (address: string | undefined) => boolean;
  newId: () => string;
  /** Called when the first connection of an address is refused, and again after it was below the bound. */
  warn: (line: string) => void;
}

interface Held {
  count: number;
  isTold: boolean;
}

/** Refuses connections (429) of an address that holds `most`. */
export function boundConnections(server: Server, { most, isExempt, newId, warn }: ConnectionBounds): void {
  const held = new Map<string, Held>();
  const take = (socket: Socket): void => {
    const { remoteAddress } = socket;
    if (isExempt(remoteAddress) || remoteAddress === undefined) return;
    const group = addressGroup(remoteAddress);
    const one = held.get(group) ?? { count: 0, isTold: false };
    if (one.count >= most) {
      if (!one.isTold) warn(`connections: ${group} holds ${most}; further ones are refused until it closes some`);
      one.isTold = true;
      refuseConnection(socket, most, newId());
      return;
    }
    one.count++;
    held.set(group, one);
    socket.once('close', () => {
      one.count--;
      one.isTold = false;
      if (one.count === 0) held.delete(group);
    });
  };
  // Before the listener of Node, which begins to read requests.
  server.prependListener('connection', take);
}
