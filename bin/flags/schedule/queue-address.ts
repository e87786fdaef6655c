import { readSecret } from '../../../lib/config/index.ts';
import type { Context } from '../../shell/run.ts';

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
