/** Removes the folders of jobs that ended some time ago. */
import { stat } from 'node:fs/promises';
import { JobFolder, jobIdPattern } from '../../artist/index.ts';
import { type Clock, homeOf, namesIn } from '../../core/index.ts';
import type { TaskQueue } from '../../schedule/index.ts';
import { isEnded } from './describe-job.ts';

export interface SweepOptions {
  home: string;
  queue: TaskQueue;
  clock: Clock;
  /** Age of a folder after the end of its job. */
  keepMs: number;
}

/** @throws ArtistError ERR_READ, ERR_WRITE; and every error of TaskQueue.get() */
export async function sweepJobs({ home, queue, clock, keepMs }: SweepOptions): Promise<void> {
  const { jobs } = homeOf(home);
  const names = await namesIn(jobs, 'the folder of jobs');
  for (const id of names.filter((name) => jobIdPattern.test(name))) {
    const folder = new JobFolder(home, id);
    const task = await queue.get(id);
    if (task && !isEnded(task.state)) continue;
    // The queue forgets tasks that ended long ago, and a submission that was killed has none.
    const endedAt = task?.endedAt ?? (await stat(folder.path).catch(() => undefined))?.mtimeMs;
    if (endedAt !== undefined && clock.now() - endedAt > keepMs) await folder.remove();
  }
}
