/** How many operations this device computes at most: what the rate of a task is compared with. */
import { isArtistError } from '../core/index.ts';
import { measureProducts } from '../engine/index.ts';
import type { Probe } from './result/result.ts';
import type { EngineOptions } from './tasks/task.ts';

/** Types that weights have. */
const types = ['f32', 'f16', 'bf16', 'q8_0', 'q4_0'] as const;
/** Small ones fit caches, large ones fill a GPU. */
const sizes = [1024, 2048, 4096] as const;
const productSeconds = 0.1;
/** A size that would take longer than this is left out: a device as slow as that is not faster with it. */
const longestSeconds = 0.1;
/** Products of one run of measureProducts(). */
const growth = 8;

const teraflops = ({ operations, seconds }: { operations: number; seconds: number }): number => operations / seconds / 1e12;

/** undefined: the device has no such operation. */
async function orNone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isArtistError(error) && error.code === 'ERR_UNSUPPORTED') return undefined;
    throw error;
  }
}

/**
 * Multiplies matrices of each type in growing sizes and computes a convolution, a few seconds in all.
 *
 * @throws ArtistError every error of measureProducts() but ERR_UNSUPPORTED: such a type is left out
 */
export async function probeDevice(engine: EngineOptions, signal: AbortSignal): Promise<Probe> {
  const products: Probe['products'] = [];
  let device = '';
  for (const type of types)
    for (const size of sizes) {
      const found = await orNone(measureProducts({ ...engine, type, size, seconds: productSeconds, signal }));
      if (!found) break;
      device = found.device;
      products.push({ type, size, tflops: teraflops(found) });
      if (found.seconds * growth > longestSeconds) break;
    }
  const [type, channels] = ['f16', 256] as const;
  const convolution = await orNone(
    measureProducts({ ...engine, type, size: channels, convolution: true, seconds: productSeconds, signal }),
  );
  return { device, products, ...(convolution && { convolution: { type, channels, tflops: teraflops(convolution) } }) };
}
