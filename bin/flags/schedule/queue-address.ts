import { readSecret } from '../../../lib/config/index.ts';
import type { Context } from '../../shell/run.ts';

export const queueDescription = 'Queue of the tasks: file (in the home folder), or redis://host:port for workers on other machines';

/** The flag, else the setting queue.url; undefined if neither is set. @throws ArtistError ERR_CONFIG */
export async function queueAddress(
  flag: string | undefined,
  { config, home }: Pick<Context, 'config' | 'home'>,
): Promise<string | undefined> {
  if (flag !== undefined) return flag;
  const { url } = (await config()).config.queue;
  return url === undefined ? undefined : readSecret(url, 'queue.url', { home });
}

export const queueNameDescription = 'Name of the queue in Redis; homes and workers with the same name share it';

/** The flag, else the setting queue.name; undefined if neither is set. */
export async function givenQueueName(flag: string | undefined, { config }: Pick<Context, 'config'>): Promise<string | undefined> {
  return flag ?? (await config()).config.queue.name;
}
