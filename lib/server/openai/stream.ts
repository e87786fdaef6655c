/** The answer as events: previews while it is painted, then each picture. */
import type { Clock } from '../../core/index.ts';
import { loadSharp } from '../../image/index.ts';
import type { JobEvent, PaintJob } from '../../service/index.ts';
import { jsonText } from '../pictures/json-text.ts';
import { type AnswerParts, completedEvent, failureOfJob, partialEvent } from './answers.ts';
import { openaiError } from './errors.ts';
import type { AnswerForm } from './plan.ts';
import type { Size } from './size.ts';

/** Proxies cut connections that are silent for 60 seconds, some after 30. */
const heartbeatMs = 15_000;

/** Clients need the blank after `data:`. */
async function* sse(event: string, data: object): AsyncGenerator<string> {
  yield `event: ${event}\ndata: `;
  yield* jsonText(data);
  yield '\n\n';
}

/** Which of the wanted previews of a picture is due: they are spread evenly over its steps. */
export function isPreviewDue(sent: number, wanted: number, { step, steps }: { step: number; steps: number }): boolean {
  return sent < wanted && steps > 0 && step / steps >= (sent + 1) / (wanted + 1);
}

/** A preview in the size and format of the picture, so that a page does not jump when the picture replaces it. */
async function asPicture(jpeg: Uint8Array, size: Size | undefined, { picture: { format } }: AnswerForm): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const pipeline = size ? sharp(jpeg).resize(size.width, size.height, { fit: 'fill' }) : sharp(jpeg);
  return await pipeline.toFormat(format).toBuffer();
}

class EventWriter {
  readonly #form: AnswerForm;
  readonly #parts: AnswerParts;
  #completed = 0;
  #picture = 0;
  #partials = 0;

  constructor(form: AnswerForm, parts: AnswerParts) {
    this.#form = form;
    this.#parts = parts;
  }

  async *of(event: JobEvent): AsyncGenerator<string> {
    if (event.type === 'preview') yield* this.#preview(event.job, event.jpeg);
    yield* this.#finished(event.job);
  }

  async *#preview(job: PaintJob, jpeg: Uint8Array): AsyncGenerator<string> {
    const { progress } = job;
    if (progress === null) return;
    if (progress.image !== this.#picture) {
      this.#picture = progress.image;
      this.#partials = 0;
    }
    if (progress.image < this.#completed || !isPreviewDue(this.#partials, this.#form.partials, progress)) return;
    const size = this.#form.size ?? job.pictures[0];
    const preview = await asPicture(jpeg, size, this.#form);
    const event = partialEvent(this.#partials++, preview, size, this.#form, this.#parts);
    yield* sse(`${this.#form.event}.partial_image`, event);
  }

  async *#finished(job: PaintJob): AsyncGenerator<string> {
    for (const picture of job.pictures.slice(this.#completed)) {
      this.#completed++;
      yield* sse(`${this.#form.event}.completed`, await completedEvent(job, picture, this.#form, this.#parts));
    }
    const failure = failureOfJob(job);
    if (failure && (job.state === 'failed' || job.state === 'cancelled')) throw failure;
  }
}

/** The items, and a comment whenever none came for some time. */
async function* withHeartbeat<T>(items: AsyncIterable<T>, everyMs: number, clock: Clock): AsyncGenerator<T | undefined> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    for (;;) {
      const quiet = new AbortController();
      const beat = clock.sleep(everyMs, { signal: quiet.signal, unref: true }).catch(() => undefined);
      const result = await Promise.race([next, beat]);
      quiet.abort();
      if (result === undefined) yield undefined;
      else if (result.done) return;
      else {
        yield result.value;
        next = iterator.next();
      }
    }
  } finally {
    void iterator.return?.();
  }
}

/**
 * The events of a job as server-sent events. An error after the start is an event too: `event: error`, with the body that the status would have had.
 *
 * @param gone aborts when the client has gone
 */
export async function* eventStream(job: string, form: AnswerForm, parts: AnswerParts, gone: AbortSignal): AsyncGenerator<string> {
  const { context, request } = parts;
  const writer = new EventWriter(form, parts);
  try {
    const events = context.jobs.watch(job, { signal: gone, previews: form.partials > 0 });
    // Headers go out with the first bytes: the client knows at once that it is being served.
    yield ': accepted\n\n';
    for await (const event of withHeartbeat(events, heartbeatMs, context.clock)) {
      if (event === undefined) yield ': keep-alive\n\n';
      else yield* writer.of(event);
    }
  } catch (failure) {
    if (gone.aborted) return;
    const { error } = openaiError(failure, request, context);
    yield* sse('error', { error });
  }
}
