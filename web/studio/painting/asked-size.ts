import type { Job } from '../../api/jobs.ts';
import { ownJobs } from './own-jobs.ts';

interface Size {
  width: number;
  height: number;
}

const optionsOf = ({ request }: Job): Record<string, unknown> => request?.options ?? {};

/**
 * The size of the picture that a job was asked for, so that its place is reserved before it is there. What it leaves to the model is taken
 * from the last picture that left it to the same model.
 */
export function askedSize(job: Job): Size {
  const [painted] = job.pictures;
  if (painted) return painted;
  const { width, height } = optionsOf(job);
  if (typeof width === 'number' && typeof height === 'number') return { width, height };
  const isAlike = (other: Job): boolean => {
    const options = optionsOf(other);
    return other.request?.model === job.request?.model && options['width'] === width && options['height'] === height;
  };
  const alike = ownJobs.value.find((other) => other.pictures.length > 0 && isAlike(other))?.pictures[0];
  const edge = Number(width ?? height ?? 1);
  return alike ?? { width: edge, height: edge };
}

/** How many pictures a job was asked for, at least those that are there. */
export function askedCount(job: Job): number {
  const { batchCount } = optionsOf(job);
  return Math.max(job.pictures.length, typeof batchCount === 'number' ? batchCount : 1);
}
