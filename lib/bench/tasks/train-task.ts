import { defined } from '../../core/index.ts';
import {
  CallSite,
  findModelFiles,
  localEngine,
  type NativeEvent,
  type NativeJob,
  type NativeTrainer,
  type NativeTrainerInfo,
  type NativeTrainItem,
  runJob,
} from '../../engine/index.ts';
import type { PartRole } from '../../models/index.ts';
import type { EngineOptions, Needs, Ready, Task } from './task.ts';

/** What fixes the work of a step. */
export interface TrainSettings {
  /** Pixels. */
  width: number;
  height: number;
  batch: number;
  rank: number;
  /** In one repeat. */
  steps: number;
}

export interface Training {
  /** Words for the recipe. */
  readonly model: Readonly<Record<string, string | number>>;
  /** Where the model is; asked when it is loaded. */
  readonly files: () => Partial<Record<PartRole, string>>;
  readonly settings: TrainSettings;
  readonly needs?: Needs;
}

type Start<T> = (listen: (event: NativeEvent) => void) => NativeJob<T>;

/** Values between -1.7 and 1.7: the time of a step does not depend on what is learnt. */
const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, at) => 1.7 * Math.sin(1.3 * at * at + at));

/** An encoded picture with its encoded caption, of made-up numbers. */
function itemOf(id: number, { width, height }: TrainSettings, info: NativeTrainerInfo): NativeTrainItem {
  const { latentFactor, latentChannels: channels, contextWidth, vectorWidth } = info;
  const [across, down] = [width / latentFactor, height / latentFactor];
  const tokens = 77;
  return {
    id,
    latent: { width: across, height: down, channels, mean: values(across * down * channels) },
    text: {
      ...{ context: values(tokens * contextWidth), width: contextWidth, tokens, text: '' },
      ...(vectorWidth > 0 && { vector: values(vectorWidth) }),
    },
  };
}

async function ready({ files: filesOf, settings }: Training, { backend, threads }: EngineOptions, signal: AbortSignal): Promise<Ready> {
  const [addon, site] = [localEngine(), new CallSite('bench', ready)];
  const job = <T>(start: Start<T>, abort = signal): Promise<T> => runJob<T>({ addon, site, signal: abort }, start);
  const { files, weightType } = await findModelFiles(filesOf());
  const request = defined({ ...files, weightType, backend, threads });
  const trainer = await job<NativeTrainer>((listen) => addon.loadTrainer(request, listen));
  // As in a run: pictures and captions are encoded once, then the encoders go.
  await job(() => trainer.releaseEncoders());
  const { rank, batch, steps } = settings;
  await job((listen) => trainer.createNetwork({ kind: 'lora', rank, alpha: rank, targets: 'default', seed: 1 }, listen));
  await job(() => trainer.begin({ optimizer: { kind: 'adamw' }, objective: { minSnr: 5 }, clipNorm: 1, checkpointing: 'none' }));
  const items = Array.from({ length: batch }, (_, id) => itemOf(id, settings, trainer.info()));
  let step = 0;
  return {
    async run(abort) {
      const begun = performance.now();
      for (let count = 0; count < steps; count++)
        await job((listen) => trainer.step({ batches: [{ items }], learningRate: 1e-4, seed: 1, step: ++step }, listen), abort);
      return { parts: { steps: (performance.now() - begun) / 1000 } };
    },
    dispose: () => trainer.dispose().promise,
  };
}

/**
 * Steps of training a LoRA (AdamW, gradient clipping, the layers that runs train by default), with all activations kept. The model may be any of a
 * family that can be trained.
 */
export function trainTask(id: string, training: Training): Task {
  const { model, settings, needs } = training;
  return {
    id,
    suite: 'train',
    recipe: { ...model, ...settings, network: 'lora', optimizer: 'adamw', checkpointing: 'none' },
    ...(needs && { needs }),
    prepare: (options, signal) => ready(training, options, signal),
  };
}
