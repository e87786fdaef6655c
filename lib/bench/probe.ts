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

/**
 * Multiplies matrices of each type in growing sizes, a few seconds in all.
 *
 * @throws ArtistError every error of measureProducts() but ERR_UNSUPPORTED: such a type is left out
 */
export async function probeDevice(engine: EngineOptions, signal: AbortSignal): Promise<Probe> {
  const products: Probe['products'] = [];
  let device = '';
  for (const type of types)
    for (const size of sizes) {
      try {
        const found = await measureProducts({ ...engine, type, size, seconds: productSeconds, signal });
        device = found.device;
        products.push({ type, size, tflops: found.operations / found.seconds / 1e12 });
        if (found.seconds * growth > longestSeconds) break;
      } catch (error) {
        if (!isArtistError(error) || error.code !== 'ERR_UNSUPPORTED') throw error;
        break;
      }
    }
  return { device, products };
}
