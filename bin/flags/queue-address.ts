import { readSecret } from '../../lib/config/index.ts';
import { ArtistError } from '../../lib/core/index.ts';
import { homeId, openQueue, type TaskQueue } from '../../lib/schedule/index.ts';
import type { Context } from '../shell/run.ts';

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

export const queueNameDescription = 'Name of the queue in Redis: homes and workers that name the same share it';

/** The flag, else the setting queue.name; undefined: neither. */
export async function givenQueueName(flag: string | undefined, { config }: Pick<Context, 'config'>): Promise<string | undefined> {
  return flag ?? (await config()).config.queue.name;
}

export const isRedis = (address: string): boolean => /^rediss?:\/\//.test(address);

/** `name`: of the queue in a Redis; left out, that of this home alone. @throws ArtistError ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_NETWORK */
export async function openQueueAt(address: string, home: string, name: string | undefined): Promise<TaskQueue> {
  if (address === 'file') return openQueue({ driver: 'file', home });
  if (isRedis(address)) return openQueue({ driver: 'bullmq', url: address, name: name ?? (await homeId(home)) });
  throw badAddress();
}

export function badAddress(): ArtistError {
  // Not repeated: it may hold a password.
  return new ArtistError('ERR_INVALID_ARGUMENT', '--queue: expected file or redis://host:port, got something else');
}

/** For people: without user and password. */
export function shownAddress(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}
