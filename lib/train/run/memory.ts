/** Decides whether a training step fits into memory, and how, before anything large is allocated. */
import { ArtistError } from '../../core/index.ts';
import type { NativeCheckpointing, NativeTrainPlan } from '../../engine/index.ts';

export interface MemoryChoice {
  readonly checkpointing: NativeCheckpointing;
  /** Bytes for the activations and gradients of the largest step. */
  readonly computeBytes: number;
  readonly weightBytes: number;
  /** Bytes for the trained parameters, their gradients and the optimizer's moments. */
  readonly networkBytes: number;
  /** Free memory of the device; 0: unknown. */
  readonly freeBytes: number;
}

/** Share of the free memory that a step may use: allocators leave gaps, and other programs need memory too. */
const usable = 0.9;
const order: readonly NativeCheckpointing[] = ['none', 'blocks', 'fine'];

export interface StepShape {
  width: number;
  height: number;
  batch: number;
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)} GiB`;

function refusal(
  shape: StepShape,
  tried: readonly { checkpointing: NativeCheckpointing; bytes: number }[],
  freeBytes: number,
  wanted: string,
): ArtistError {
  const { width, height, batch } = shape;
  const needs = tried.map(({ checkpointing, bytes }) => `${gib(bytes)} with checkpointing ${checkpointing}`).join(', ');
  const advice = [
    ...(batch > 1 ? [`batchSize ${Math.max(1, batch >> 1)} with twice the accumulation`] : []),
    `a resolution below ${Math.round(Math.sqrt(width * height))}`,
    ...(wanted === 'auto' || wanted === 'fine' ? [] : ['checkpointing fine']),
    'a smaller weightType such as q8_0, or another backend',
  ];
  return new ArtistError(
    'ERR_OUT_OF_MEMORY',
    `resolution: expected a training step of ${width}x${height} pixels, batch ${batch}, to fit into the ${gib(freeBytes)} that are free, got ${needs}. Try ${advice.join(', ')}`,
  );
}

/**
 * Chooses the fastest way that fits: without checkpointing, then with checkpoints at the borders of blocks, then at every residual sum.
 *
 * @param plan computes the sizes of a step; allocates nothing
 * @param hostBytes memory of the optimizer; counts only if the device is the CPU
 * @throws ArtistError ERR_OUT_OF_MEMORY when nothing fits, with the numbers and advice; ERR_UNSUPPORTED when the device lacks operations
 */
export async function chooseMemory(
  plan: (checkpointing: NativeCheckpointing) => Promise<NativeTrainPlan>,
  wanted: NativeCheckpointing | 'auto',
  { shape, hostBytes, device }: { shape: StepShape; hostBytes: number; device: string },
): Promise<MemoryChoice> {
  const tried: { checkpointing: NativeCheckpointing; bytes: number }[] = [];
  let free = 0;
  for (const checkpointing of wanted === 'auto' ? order : [wanted]) {
    const { computeBytes, weightBytes, networkBytes, freeBytes, unsupported } = await plan(checkpointing);
    if (unsupported.length > 0) {
      throw new ArtistError(
        'ERR_UNSUPPORTED',
        `backend: expected a device that can do every operation of the backward pass, got ${device}, which lacks ${unsupported.slice(0, 3).join(', ')}. Train with backend "CPU"`,
        { details: unsupported },
      );
    }
    const bytes = computeBytes + (device === 'CPU' ? hostBytes : 0);
    if (freeBytes === 0 || bytes <= freeBytes * usable)
      return { checkpointing, computeBytes, weightBytes, networkBytes: networkBytes + hostBytes, freeBytes };
    tried.push({ checkpointing, bytes });
    free = freeBytes;
  }
  throw refusal(shape, tried, free, wanted);
}
