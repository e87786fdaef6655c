import type { Work } from '../../jobs/event-run.ts';
import { type GenerateEvent, progressTypes } from '../../jobs/events.ts';
import type { GenerateResult } from '../generate-result.ts';
import { PaintRun } from './paint-run.ts';

/** The function that paints for a run. */
export type Painter = Work<GenerateResult, GenerateEvent>;

/**
 * One call of generate(). It starts at once. Await it for the result, or loop over its events, or both:
 *
 *     for await (const event of model.generate({ prompt })) if (event.type === 'sample') draw(event.step / event.steps);
 */
export class GenerateRun extends PaintRun<GenerateResult, GenerateEvent> {
  /** Made by model.generate(). */
  constructor(paint: Painter, signal: AbortSignal | undefined, onProgress: ((event: GenerateEvent) => void) | undefined) {
    super({
      name: 'generate',
      work: paint,
      progress: progressTypes,
      done: (result) => ({ type: 'done', result }),
      finished: ({ images }) => images.at(-1) ?? images[0],
      signal,
      onProgress,
    });
  }

  override get [Symbol.toStringTag](): string {
    return 'GenerateRun';
  }
}
