import { ArtistError, readSecret } from '../lib/core/index.ts';
import { openQueue, type TaskQueue } from '../lib/schedule/index.ts';
import type { Context } from './run.ts';

export const queueDescription = 'Where the tasks wait: file (of the home folder), or redis://host:port for workers on other machines';

/** The flag, else the setting queue.url; undefined: neither. @throws ArtistError ERR_CONFIG */
export async function queueAddress(
  flag: string | undefined,
  { config, home }: Pick<Context, 'config' | 'home'>,
): Promise<string | undefined> {
  if (flag !== undefined) return flag;
  const { url } = (await config()).config.queue;
  return url === undefined ? undefined : readSecret(url, 'queue.url', { home });
}

/** @throws ArtistError ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_NETWORK */
export function openQueueAt(address: string, home: string): Promise<TaskQueue> {
  if (address === 'file') return openQueue({ driver: 'file', home });
  if (/^rediss?:\/\//.test(address)) return openQueue({ driver: 'bullmq', url: address });
  // Not repeated: it may hold a password.
  throw new ArtistError('ERR_INVALID_ARGUMENT', '--queue: expected file or redis://host:port, got something else');
}

/** For people: without user and password. */
export function shownAddress(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}
