import { ArtistError, isArtistError } from '../core/index.ts';
import type { Caller } from './context.ts';

/** Whether a caller sees works that are marked hidden, the trash, and notes: the holder of any token does, a reader without one does not. */
export const seesHidden = ({ id }: Caller): boolean => id !== 'local';

type Marked = { hidden?: boolean | undefined; trashedAt?: string | undefined };

/** Whether everyone who may look at all may see a work. */
export const isPublic = ({ hidden, trashedAt }: Marked): boolean => hidden !== true && trashedAt === undefined;

/** Whether a caller may see a work, in whatever reply. */
export const maySee = (caller: Caller, work: Marked): boolean => seesHidden(caller) || isPublic(work);

const unknown = (id: string): ArtistError => new ArtistError('ERR_NOT_FOUND', `${id}: no such work in this gallery`);

/**
 * A work that the caller may see. To others it does not exist: the error is the same as for an id that no work has.
 *
 * @throws ArtistError ERR_NOT_FOUND; every error of `read`
 */
export async function visible<T extends { hidden?: boolean | undefined; trashedAt?: string | undefined }>(
  caller: Caller,
  id: string,
  read: (id: string) => Promise<T>,
): Promise<T> {
  const work = await read(id).catch((error: unknown) => {
    throw isArtistError(error, 'ERR_NOT_FOUND') ? unknown(id) : error;
  });
  if (maySee(caller, work)) return work;
  throw unknown(id);
}
