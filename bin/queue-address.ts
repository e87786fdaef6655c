import { ArtistError, display } from '../lib/core/index.ts';
import { openQueue, type TaskQueue } from '../lib/schedule/index.ts';

export const queueDescription = 'Where the tasks wait: file (of the home folder), or redis://host:port for workers on other machines';

/** @throws ArtistError ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_NETWORK */
export function openQueueAt(address: string, home: string): Promise<TaskQueue> {
  if (address === 'file') return openQueue({ driver: 'file', home });
  if (/^rediss?:\/\//.test(address)) return openQueue({ driver: 'bullmq', url: address });
  throw new ArtistError('ERR_INVALID_ARGUMENT', `--queue: expected file or redis://host:port, got ${display(address)}`);
}
