/** Paints a work again from its recipe, without filing anything. */
import { ApiError, addressOf, ask, send } from '../../api/client.ts';
import type { FullWork } from '../../api/works.ts';
import { t } from '../../texts/text.ts';
import { followJob, type Job } from './follow-job.ts';

/** Edge factor of one pass of the bundled upscaler, which jobs use unless they name another. */
const passFactor = 4;
const mostPasses = 3;

/** Passes through the upscaler that a recipe names; undefined: none, or its factor is not one of whole passes. */
function passesOf({ recipe }: FullWork): number | undefined {
  const { factor } = (recipe?.['upscaler'] ?? {}) as { factor?: unknown };
  const passes = typeof factor === 'number' ? Math.log(factor) / Math.log(passFactor) : Number.NaN;
  return Number.isInteger(passes) && passes >= 1 && passes <= mostPasses ? passes : undefined;
}

/** Submits a job and follows it to its end. @throws ApiError; the signal's reason */
async function run(body: object, onJob: (job: Job) => void, signal: AbortSignal): Promise<string> {
  const { id } = await ask<Job>('jobs', { method: 'POST', body: { ...body, keep: false }, signal });
  const job = await new Promise<Job>((done, failed) => {
    const stop = followJob(
      id,
      (now) => {
        if (signal.aborted) return;
        onJob(now);
        if (now.endedAt !== null) done(now);
      },
      failed,
    );
    signal.addEventListener('abort', () => {
      stop();
      failed(signal.reason);
    });
  });
  if (job.state !== 'done')
    throw new ApiError(job.error?.code ?? 'ERR_CANCELLED', job.error?.message ?? t('repaint.cancelled'), 0, undefined);
  return `jobs/${id}/pictures/0`;
}

async function asText(path: string, signal: AbortSignal): Promise<string> {
  const content = await (await send(path, { signal })).blob();
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(content);
  });
}

/**
 * Paints it, and enlarges it as its recipe says.
 *
 * @returns the address of the picture
 * @throws ApiError: it cannot be painted again, or painting failed; the signal's reason
 */
export async function reproduce(work: FullWork, onJob: (job: Job) => void, signal: AbortSignal): Promise<string> {
  const painted = await run({ work: work.id, exact: true }, onJob, signal);
  const repeats = passesOf(work);
  if (repeats === undefined) return addressOf(painted);
  const { cpuPrecision } = (work.recipe?.['upscaler'] ?? {}) as { cpuPrecision?: unknown };
  const initImage = await asText(painted, signal);
  return addressOf(await run({ kind: 'upscale', pictures: { initImage }, options: { repeats, cpuPrecision } }, onJob, signal));
}
