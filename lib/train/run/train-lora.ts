import { resolve } from 'node:path';
import { ArtistError, answering, display, resolveOptions } from '../../core/index.ts';
import { CallSite, EventRun, signal, type Work } from '../../engine/index.ts';
import { readRunRecord } from '../record/run-record.ts';
import { type ResolvedTrainLora, type TrainLoraOptions, trainLoraOptions } from '../settings/options.ts';
import { type TrainEvent, trainProgressTypes } from './events.ts';
import type { TrainLoraResult } from './result.ts';
import type { TrainCall } from './run.ts';
import { train } from './training.ts';

/**
 * One training, begun when it is made. Await it for the result, or loop over its events, or both:
 *
 *     for await (const event of trainLora({ data: './pictures' })) if (event.type === 'step') console.log(event.step, event.smoothedLoss);
 */
export class TrainRun extends EventRun<TrainLoraResult, TrainEvent> {
  /** Made by trainLora() and resumeTraining(). */
  constructor(
    name: string,
    work: Work<TrainLoraResult, TrainEvent>,
    { signal, onProgress }: Pick<ResolvedTrainLora, 'signal' | 'onProgress'>,
  ) {
    super({ name, work, progress: trainProgressTypes, done: (result) => ({ type: 'done', result }), signal, onProgress });
  }

  override get [Symbol.toStringTag](): string {
    return 'TrainRun';
  }
}

/** The options of a call that will reject still say where its listener is. */
function listenersOf(options: unknown): Pick<ResolvedTrainLora, 'signal' | 'onProgress'> {
  const { signal: stop, onProgress } = (typeof options === 'object' && options !== null ? options : {}) as Partial<ResolvedTrainLora>;
  return {
    signal: signal.safeParse(stop).success ? stop : undefined,
    onProgress: typeof onProgress === 'function' ? onProgress : undefined,
  };
}

function begin(site: CallSite, options: unknown, prepare: () => Promise<Pick<TrainCall, 'options' | 'given' | 'resumed'>>): TrainRun {
  return new TrainRun(
    site.name,
    async (stop, emit) => {
      try {
        stop.throwIfAborted();
        const prepared = await prepare();
        return await train({ ...prepared, site, signal: stop, emit });
      } catch (error) {
        throw error === stop.reason ? error : site.adopt(error);
      }
    },
    listenersOf(options),
  );
}

/** Options as they are kept with the run: what cannot be written as JSON belongs to the call alone. */
function storable(options: TrainLoraOptions): Record<string, unknown> {
  const { signal: _signal, onProgress: _listener, ...rest } = options;
  return JSON.parse(JSON.stringify(rest)) as Record<string, unknown>;
}

/**
 * Trains a LoRA on a folder of pictures. The call begins at once (or queues behind other work of the engine) and returns a run.
 *
 *     const { path } = await trainLora({ data: './pictures', licence: 'own' });
 *
 * Nothing of the user's is overwritten; what cannot work is refused before the first step. While it runs, checkpoints are written from which
 * resumeTraining() goes on, also after a crash.
 *
 * @throws (by rejecting) ArtistError ERR_INVALID_ARGUMENT; ERR_ALREADY_EXISTS, ERR_WRITE: the output; ERR_TRAIN_DATA, ERR_LICENCE, ERR_READ: the
 *   pictures; ERR_MODEL_NOT_FOUND, ERR_MODEL_FORMAT, ERR_MODEL_LOAD; ERR_UNSUPPORTED: not a family that can be trained, or a device that cannot;
 *   ERR_OUT_OF_MEMORY: with the numbers and what would help; ERR_TRAIN_DIVERGED: loss or gradient without a finite value; ERR_DISK_FULL;
 *   ERR_LOCKED; with an aborted signal: `signal.reason`, as it is. The last checkpoint stays in every case.
 */
export const trainLora = answering('trainLora', (options: TrainLoraOptions): TrainRun => {
  const site = new CallSite('trainLora', trainLora);
  return begin(site, options, async () => ({ options: resolveOptions('trainLora', trainLoraOptions, options), given: storable(options) }));
});

/**
 * Goes on with a run from its last checkpoint, with the options it was begun with. On a CPU the LoRA is bit for bit the one that a run without
 * interruption would have made. Options given here replace the stored ones; those that would change the numbers are refused.
 *
 * @param folder of the run: `folder` of the event `begin`
 * @throws (by rejecting) ArtistError ERR_RESUME: no run there, or other pictures, captions, options or weights than it was begun with: the message
 *   names them; else as trainLora()
 */
export const resumeTraining = answering('resumeTraining', (folder: string, options: Partial<TrainLoraOptions> = {}): TrainRun => {
  const site = new CallSite('resumeTraining', resumeTraining);
  return begin(site, options, async () => {
    if (typeof folder !== 'string' || folder === '')
      throw new ArtistError('ERR_INVALID_ARGUMENT', `folder: expected that of a training run, got ${display(folder)}`);
    const record = await readRunRecord(folder);
    const given = { ...record.options, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
    return {
      options: resolveOptions('resumeTraining', trainLoraOptions, given),
      given: storable(given as TrainLoraOptions),
      resumed: { record, folder: resolve(folder) },
    };
  });
});
