import { resolve } from 'node:path';
import { ArtistError, answering, defined, display, resolveOptions } from '../../core/index.ts';
import { CallSite, EventRun, signal, type Work } from '../../engine/index.ts';
import { readRunRecord } from '../record/run-record.ts';
import { type ResolvedTrainLora, type TrainLoraOptions, trainLoraOptions } from '../settings/options.ts';
import { type TrainEvent, trainProgressTypes } from './events.ts';
import type { TrainLoraResult } from './result.ts';
import type { TrainCall } from './run.ts';
import { train } from './training.ts';

/**
 * One training run. It starts at once. Await it for the result, or loop over its events, or both:
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

/** Finds the signal and listener even in invalid options, so that they work for the call that will reject. */
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

/** The options to store with the run. Those that JSON cannot represent belong only to this call. */
function storable(options: TrainLoraOptions): Record<string, unknown> {
  const { signal: _signal, onProgress: _listener, ...rest } = options;
  return JSON.parse(JSON.stringify(rest)) as Record<string, unknown>;
}

/**
 * Trains a LoRA on a folder of pictures. The call starts at once (or queues behind other work of the engine) and returns a run; errors
 * reject the run.
 *
 *     const { path } = await trainLora({ data: './pictures', licence: 'own' });
 *
 * It never overwrites the user's files, and refuses what cannot work before the first step. While it runs it writes checkpoints, from which
 * resumeTraining() continues, even after a crash. After an error the last checkpoint stays.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_ALREADY_EXISTS, ERR_WRITE when the output exists or cannot be
 *   written; ERR_TRAIN_DATA, ERR_LICENCE, ERR_READ when pictures cannot be used; ERR_MODEL_NOT_FOUND, ERR_MODEL_FORMAT, ERR_MODEL_LOAD when
 *   the model cannot be loaded; ERR_UNSUPPORTED when the family or the device cannot be trained; ERR_OUT_OF_MEMORY, with the numbers and
 *   advice; ERR_TRAIN_DIVERGED when loss or gradient stay non-finite; ERR_DISK_FULL; ERR_LOCKED when another process uses the run's folder
 * @throws `signal.reason` when aborted
 */
export const trainLora = answering('trainLora', (options: TrainLoraOptions): TrainRun => {
  const site = new CallSite('trainLora', trainLora);
  return begin(site, options, async () => ({ options: resolveOptions('trainLora', trainLoraOptions, options), given: storable(options) }));
});

/**
 * Continues a run from its last checkpoint with its original options. On a CPU the LoRA is bit-identical to that of an uninterrupted run.
 * Options given here replace the stored ones; options that would change the numbers are refused.
 *
 * @param folder folder of the run: `folder` of the event `begin`
 * @throws ArtistError ERR_RESUME when there is no run, or pictures, captions, options or weights differ from its start; the message names
 *   them; and every error of trainLora()
 */
export const resumeTraining = answering('resumeTraining', (folder: string, options: Partial<TrainLoraOptions> = {}): TrainRun => {
  const site = new CallSite('resumeTraining', resumeTraining);
  return begin(site, options, async () => {
    if (typeof folder !== 'string' || folder === '')
      throw new ArtistError('ERR_INVALID_ARGUMENT', `folder: expected the folder of a training run, got ${display(folder)}`);
    const record = await readRunRecord(folder);
    const given = { ...record.options, ...defined(options) };
    return {
      options: resolveOptions('resumeTraining', trainLoraOptions, given),
      given: storable(given as TrainLoraOptions),
      resumed: { record, folder: resolve(folder) },
    };
  });
});
