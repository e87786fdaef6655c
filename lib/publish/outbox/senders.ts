/** Who sends the posts of a home: each sender that works on holds a lock of its own. */
import { acquireLock, createIds, type Home, isArtistError, type Lock, type LockOwner, lockOwner, namesIn } from '../../core/index.ts';

/** A program that publishes what is due, until it ends. */
export type RunningSender = Pick<LockOwner, 'pid' | 'host' | 'since'> & { program: string };

const ending = '.lock';

/** Held while a sender works. @throws ArtistError ERR_WRITE, ERR_DISK_FULL */
export async function announceSender(home: Home, program: string): Promise<Lock> {
  await forgetDeadSenders(home);
  return acquireLock(home.sender(`${createIds()()}${ending}`), { purpose: program, waitMs: 0, private: true });
}

/** A lock whose holder was killed is taken over, and with that removed. */
async function forgetDeadSenders(home: Home): Promise<void> {
  for (const name of await lockNames(home)) {
    try {
      await (await acquireLock(home.sender(name), { purpose: 'looking', waitMs: 0, private: true })).release();
    } catch (error) {
      if (!isArtistError(error, 'ERR_LOCKED')) throw error;
    }
  }
}

const lockNames = async (home: Home): Promise<string[]> =>
  (await namesIn(home.senders, 'the senders')).filter((name) => name.endsWith(ending)).sort();

/** The senders that work now, in any processes and on any machines that share the home; the one that began first is first. @throws ArtistError ERR_READ */
export async function runningSenders(home: Home): Promise<RunningSender[]> {
  const owners = await Promise.all((await lockNames(home)).map((name) => lockOwner(home.sender(name))));
  return owners.flatMap((owner) => (owner ? [{ program: owner.purpose, pid: owner.pid, host: owner.host, since: owner.since }] : []));
}
