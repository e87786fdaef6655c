/** From jobs to answers. */
import type { FastifyRequest } from 'fastify';
import { ArtistError, redact } from '../../core/index.ts';
import type { JobPicture, PaintJob } from '../../service/index.ts';
import type { ServerContext } from '../context.ts';
import { withoutPaths } from '../errors/request-error.ts';
import { inForm } from '../pictures/encode.ts';
import { Base64 } from '../pictures/json-text.ts';
import type { PictureLinks } from './links.ts';
import type { AnswerForm } from './plan.ts';
import { type Size, sizeText } from './size.ts';

/** Nothing is billed here, and no text encoder counts tokens as OpenAI does. Clients require the field. */
const usage = {
  input_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { text_tokens: 0, image_tokens: 0 },
  total_tokens: 0,
};

export interface AnswerParts {
  context: ServerContext;
  links: PictureLinks;
  request: FastifyRequest;
}

const secondsNow = ({ clock }: Pick<ServerContext, 'clock'>): number => Math.floor(clock.now() / 1000);

/** The fields that tell how a picture was painted. `auto` never stands in an answer. */
export function facts({ quality, picture: { format } }: AnswerForm, size: Size | undefined) {
  return { background: 'opaque', output_format: format, quality, ...(size && { size: sizeText(size) }) };
}

export async function base64Of(job: string, { index, recipe }: JobPicture, form: AnswerForm, { context }: AnswerParts): Promise<Base64> {
  const { bytes } = await context.jobs.picture(job, index);
  return new Base64(await inForm(bytes, recipe, form.picture));
}

async function addressOf(job: string, { index }: JobPicture, form: AnswerForm, { context, links, request }: AnswerParts): Promise<string> {
  return context.addressOf(request, `/v1/images/files/${await links.nameOf({ job, index, form: form.picture })}`);
}

/** The error of a job that ended without its pictures; undefined: it is done. */
export function failureOfJob({ id, state, error }: PaintJob): ArtistError | undefined {
  if (state === 'done') return undefined;
  if (state === 'cancelled') return new ArtistError('ERR_ABORTED', `job ${id}: it was cancelled`);
  return new ArtistError(error?.code ?? 'ERR_INTERNAL', error?.message ?? `job ${id}: expected pictures, got none`);
}

/** The body of an answer, with pictures still as bytes. */
export async function imagesAnswer(job: PaintJob, form: AnswerForm, parts: AnswerParts): Promise<object> {
  const data: object[] = [];
  for (const picture of job.pictures)
    data.push(
      form.as === 'url'
        ? { url: await addressOf(job.id, picture, form, parts) }
        : { b64_json: await base64Of(job.id, picture, form, parts) },
    );
  const { folder } = parts.context.home;
  const warnings = job.warnings.map((line) => withoutPaths(redact(line), folder));
  return {
    created: secondsNow(parts.context),
    ...facts(form, job.pictures[0]),
    data,
    usage,
    ...(warnings.length > 0 && { warnings }),
  };
}

/** The event for a finished picture. */
export async function completedEvent(job: PaintJob, picture: JobPicture, form: AnswerForm, parts: AnswerParts): Promise<object> {
  const b64_json = await base64Of(job.id, picture, form, parts);
  return { type: `${form.event}.completed`, b64_json, created_at: secondsNow(parts.context), ...facts(form, picture), usage };
}

/** The event for a preview. */
export function partialEvent(index: number, preview: Uint8Array, size: Size | undefined, form: AnswerForm, parts: AnswerParts): object {
  return {
    type: `${form.event}.partial_image`,
    b64_json: new Base64(preview),
    partial_image_index: index,
    created_at: secondsNow(parts.context),
    ...facts(form, size),
  };
}
