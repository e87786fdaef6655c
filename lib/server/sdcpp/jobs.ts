/** From jobs to the answers of stable-diffusion.cpp's server. */
import { redact } from '../../core/index.ts';
import type { JobPicture, PaintJob } from '../../service/index.ts';
import type { ServerContext } from '../context.ts';
import { withoutPaths } from '../errors/request-error.ts';
import { inForm, type PictureForm } from '../pictures/encode.ts';
import { Base64 } from '../pictures/json-text.ts';

export type SdcppState = 'queued' | 'generating' | 'completed' | 'failed' | 'cancelled';

const states: Readonly<Record<PaintJob['state'], SdcppState>> = {
  waiting: 'queued',
  delayed: 'queued',
  running: 'generating',
  done: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

const secondsOf = (iso: string | null): number | null => (iso === null ? null : Math.floor(Date.parse(iso) / 1000));

/** The form of the pictures stands in the name of the job, because a stored job has options of the engine only. */
const formName = /^sdcpp-(png|jpeg|webp)-(\d{1,3})([pn])-/;

/** @param unique makes the name unlike any other */
export function nameOfForm({ format, quality, embedRecipe }: PictureForm, unique: string): string {
  return `sdcpp-${format}-${quality ?? 0}${embedRecipe ? 'p' : 'n'}-${unique}`;
}

export function formOfName(name: string | null): PictureForm {
  const [, format = 'png', quality = '0', recipe = 'p'] = formName.exec(name ?? '') ?? [];
  return { format: format as PictureForm['format'], embedRecipe: recipe === 'p', ...(Number(quality) > 0 && { quality: Number(quality) }) };
}

/** What a new job is answered with. @param pollUrl path of its state */
export function acceptedAnswer({ id, state, createdAt }: PaintJob, pollUrl: string) {
  return { id, kind: 'img_gen' as const, status: states[state], created: secondsOf(createdAt) ?? 0, poll_url: pollUrl };
}

async function imageOf(job: string, { index, recipe }: JobPicture, form: PictureForm, { jobs }: ServerContext): Promise<object> {
  const { bytes } = await jobs.picture(job, index);
  return { index, b64_json: new Base64(await inForm(bytes, recipe, form)) };
}

function errorOf({ state, error }: PaintJob, { home }: ServerContext): { code: string; message: string } | null {
  if (state === 'cancelled') return { code: 'cancelled', message: 'job cancelled by client' };
  if (state !== 'failed') return null;
  return { code: 'generation_failed', message: withoutPaths(redact(error?.message ?? 'unknown generation error'), home.folder) };
}

/**
 * The state of a job, with its pictures when it is done.
 *
 * @throws ArtistError ERR_NOT_FOUND when its pictures have expired
 */
export async function jobAnswer(job: PaintJob, context: ServerContext): Promise<object> {
  const { id, state, createdAt, startedAt, endedAt, ahead, reference } = job;
  const status = states[state];
  const form = formOfName(reference);
  const images: object[] = [];
  if (state === 'done') for (const picture of job.pictures) images.push(await imageOf(id, picture, form, context));
  return {
    id,
    kind: 'img_gen',
    status,
    created: secondsOf(createdAt),
    started: secondsOf(startedAt),
    completed: secondsOf(endedAt),
    queue_position: status === 'queued' ? (ahead ?? 0) + 1 : 0,
    // Ours: 0..1.
    progress: job.progress?.fraction ?? null,
    result: state === 'done' ? { output_format: form.format, images } : null,
    error: errorOf(job, context),
  };
}
