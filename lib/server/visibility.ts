/**
 * Who sees what, for every reply, event and link. Public, so also for a reader on this machine without a token:
 * - works that are neither hidden nor in the trash, with all of their record but the note, and counts of them;
 * - what the program brings (options, samplers, built-in styles and topics), and which models and LoRAs there are;
 * - that jobs run or wait, and how far they are.
 * The holder of any token also sees what the owner keeps for himself: hidden works, the trash, notes, damaged records, what jobs paint, saved searches,
 * own styles and topics, words of training captions, figures of the whole home. Routes that have nothing else are `private`.
 */
import { ArtistError, isArtistError } from '../core/index.ts';
import type { Caller } from './context.ts';

/** A reader on this machine without a token. */
export const anonymous: Caller = { id: 'local', name: 'local', scope: 'read' };

/** Whether a caller sees what is not public. */
export const seesPrivate = ({ id }: Caller): boolean => id !== anonymous.id;

type Marked = { hidden?: boolean | undefined; trashedAt?: string | null | undefined };

/** Whether everyone who may look at all may see a work. */
export const isPublic = ({ hidden, trashedAt }: Marked): boolean => hidden !== true && (trashedAt ?? undefined) === undefined;

/** Whether a caller may see a work, in whatever reply. */
export const maySee = (caller: Caller, work: Marked): boolean => seesPrivate(caller) || isPublic(work);

const unknown = (id: string): ArtistError => new ArtistError('ERR_NOT_FOUND', `${id}: no such work in this gallery`);

/**
 * A work that the caller may see. To others it does not exist: the error is the same as for an id that no work has. A record that cannot be read may be
 * that of a hidden work.
 *
 * @throws ArtistError ERR_NOT_FOUND; every error of `read`
 */
export async function visible<T extends { hidden?: boolean | undefined; trashedAt?: string | undefined }>(
  caller: Caller,
  id: string,
  read: (id: string) => Promise<T>,
): Promise<T> {
  const work = await read(id).catch((error: unknown) => {
    const isUnknown = isArtistError(error, 'ERR_NOT_FOUND') || (isArtistError(error) && isDamage(error) && !seesPrivate(caller));
    throw isUnknown ? unknown(id) : error;
  });
  if (maySee(caller, work)) return work;
  throw unknown(id);
}

const isDamage = ({ code }: ArtistError): boolean => code === 'ERR_DAMAGED' || code === 'ERR_NEWER_VERSION';
