import { PaintRun, progressTypes, signal, type Work } from '../../engine/index.ts';
import type { CreateEvent } from './create-options.ts';
import type { CreatedWork } from './created-work.ts';

const progress: ReadonlySet<CreateEvent['type']> = new Set([...progressTypes, 'upscale'] as CreateEvent['type'][]);

/**
 * One work in progress; it starts at once. Await it for the result, loop over its events, or do both:
 *
 *     for await (const event of artist.create()) if (event.type === 'sample') draw(event.step / event.steps);
 */
export class CreateRun<R extends CreatedWork = CreatedWork> extends PaintRun<R, CreateEvent> {
  /** Made by Artist.create(). */
  constructor(work: Work<R, CreateEvent>, options: unknown) {
    super({
      name: 'create',
      work,
      progress,
      done: (result) => ({ type: 'done', result }),
      finished: ({ image }) => image,
      ...listenersOf(options),
    });
  }

  override get [Symbol.toStringTag](): string {
    return 'CreateRun';
  }
}

/** Signal and listener of options that were not checked yet: a call that will reject for its options still uses them. */
function listenersOf(options: unknown): { signal: AbortSignal | undefined; onProgress: ((event: CreateEvent) => void) | undefined } {
  try {
    const { signal: stop, onProgress } = options as { signal?: AbortSignal; onProgress?: (event: CreateEvent) => void };
    return {
      signal: signal.safeParse(stop).success ? stop : undefined,
      onProgress: typeof onProgress === 'function' ? onProgress : undefined,
    };
  } catch {
    return { signal: undefined, onProgress: undefined }; // not an object: the call itself rejects
  }
}
