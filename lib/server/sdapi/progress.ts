/** /progress, /interrupt, /skip and /internal: a client sees and stops its own jobs of this API, never those of others or of the artist. */
import type { PaintJob } from '../../service/index.ts';
import type { Caller, ServerContext } from '../context.ts';
import { timestamp } from './info.ts';

type Place = Pick<ServerContext, 'jobs' | 'clock'>;

const unfinished = ['running', 'waiting', 'delayed'] as const;
/** Jobs that are looked at; clients of A1111 have one or a few. */
const mostJobs = 100;

const jobsOf = ({ jobs }: Place, caller: Caller): Promise<PaintJob[]> =>
  jobs.list({ client: caller.id, dialect: 'sdapi', states: unfinished, limit: mostJobs });

/** The state of a client without jobs: both numbers are 0, which clients wait for. */
const idle = {
  progress: 0,
  eta_relative: 0,
  state: {
    skipped: false,
    interrupted: false,
    stopping_generation: false,
    job: '',
    job_count: 0,
    job_timestamp: '0',
    job_no: 0,
    sampling_step: 0,
    sampling_steps: 0,
  },
  current_image: null as string | null,
  textinfo: null as string | null,
  current_task: null as string | null,
};

const textOf = ({ state, ahead, progress }: PaintJob): string => {
  if (state !== 'running') return ahead === null ? 'Waiting...' : `In queue: ${ahead} before it`;
  return progress ? `${progress.phase} ${progress.image + 1}/${progress.images}` : 'starting';
};

/** Of its running job, else of the one that runs next. @param withPicture whether the preview is wanted */
export async function progressOf(place: Place, caller: Caller, withPicture: boolean): Promise<typeof idle> {
  const [job] = await jobsOf(place, caller);
  if (!job) return idle;
  const { progress, createdAt, reference, id } = job;
  const preview = withPicture && progress && progress.preview > 0 ? await place.jobs.preview(id) : undefined;
  return {
    // A job that waits or has just begun is more than 0, so that clients do not take it for idle.
    progress: Math.max(0.01, Math.min(1, progress?.fraction ?? 0)),
    eta_relative: progress?.etaSeconds ?? 0,
    state: {
      ...idle.state,
      job: reference ?? id,
      job_count: progress?.images ?? 1,
      job_timestamp: timestamp(createdAt),
      job_no: progress?.image ?? 0,
      sampling_step: progress?.step ?? 0,
      sampling_steps: progress?.steps ?? 0,
    },
    current_image: preview ? Buffer.from(preview).toString('base64') : null,
    textinfo: textOf(job),
    current_task: reference,
  };
}

/** Cancels the client's running jobs; if none runs, those that wait. */
export async function interrupt(place: Place, caller: Caller): Promise<void> {
  const jobs = await jobsOf(place, caller);
  const running = jobs.filter(({ state }) => state === 'running');
  await Promise.all((running.length > 0 ? running : jobs).map(({ id }) => place.jobs.cancel(id)));
}

/** The references of the client's jobs, or their ids. */
export async function pendingTasks(place: Place, caller: Caller): Promise<{ size: number; tasks: string[] }> {
  const tasks = (await jobsOf(place, caller)).map(({ reference, id }) => reference ?? id);
  return { size: tasks.length, tasks };
}

/** The state of one task by the client's own name. An unknown one is neither active nor queued nor completed. */
export async function taskProgress(
  place: Place,
  caller: Caller,
  {
    id_task,
    id_live_preview,
    live_preview,
  }: { id_task: string; id_live_preview?: number | null | undefined; live_preview?: boolean | null | undefined },
) {
  const job = await place.jobs.byReference(caller.id, id_task);
  const known = id_live_preview ?? -1;
  if (job?.dialect !== 'sdapi')
    return {
      active: false,
      queued: false,
      completed: false,
      progress: null,
      eta: null,
      live_preview: null,
      id_live_preview: known,
      textinfo: 'Waiting...',
    };
  const active = job.state === 'running';
  const queued = job.state === 'waiting' || job.state === 'delayed';
  const latest = job.progress?.preview ?? 0;
  const preview = active && live_preview !== false && latest > 0 && latest !== known ? await place.jobs.preview(job.id) : undefined;
  return {
    active,
    queued,
    completed: !active && !queued,
    progress: active ? (job.progress?.fraction ?? 0) : null,
    eta: active ? (job.progress?.etaSeconds ?? null) : null,
    live_preview: preview ? `data:image/jpeg;base64,${Buffer.from(preview).toString('base64')}` : null,
    id_live_preview: preview ? latest : known,
    textinfo: active || queued ? textOf(job) : null,
  };
}
