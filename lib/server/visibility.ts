import { ArtistError } from '../core/index.ts';
import type { Caller } from './context.ts';

/** Whether a caller sees works that are marked hidden, the trash, and notes: the holder of any token does, a reader without one does not. */
export const seesHidden = ({ id }: Caller): boolean => id !== 'local';

/** Whether a caller may see a work, in whatever reply. */
export function maySee(caller: Caller, { hidden, trashedAt }: { hidden?: boolean | undefined; trashedAt?: string | undefined }): boolean {
  return seesHidden(caller) || (hidden !== true && trashedAt === undefined);
}

/**
 * A work that the caller may see. To others it does not exist.
 *
 * @throws ArtistError ERR_NOT_FOUND
 */
export function visible<T extends { id: string; hidden?: boolean | undefined; trashedAt?: string | undefined }>(
  caller: Caller,
  work: T,
): T {
  if (!maySee(caller, work)) throw new ArtistError('ERR_NOT_FOUND', `${work.id}: no such work in this gallery`);
  return work;
}
