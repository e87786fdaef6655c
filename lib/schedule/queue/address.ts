/** Addresses of queues: `file`, for the queue of a home, or `redis://host:port`. */
import { ArtistError } from '../../core/index.ts';
import { homeId } from '../home-id.ts';
import { openQueue } from './open.ts';
import type { TaskQueue } from './types.ts';

export const isRedis = (address: string): boolean => /^rediss?:\/\//.test(address);

/**
 * Opens the queue of an address.
 *
 * @param name of the queue in a Redis. Default: that of this home alone
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_NETWORK
 */
export async function openQueueAt(address: string, home: string, name: string | undefined): Promise<TaskQueue> {
  if (address === 'file') return openQueue({ driver: 'file', home });
  if (isRedis(address)) return openQueue({ driver: 'bullmq', url: address, name: name ?? (await homeId(home)) });
  // Not repeated: it may hold a password.
  throw new ArtistError('ERR_INVALID_ARGUMENT', 'queue: expected file or redis://host:port, got something else');
}

/** For people: without user and password. */
export function shownAddress(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}
