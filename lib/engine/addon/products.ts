/** How many operations a device computes, and how many a process asked for. */
import { CallSite, runJob } from '../jobs/job.ts';
import type { WeightType } from '../options/enums.ts';
import { localEngine } from './engine.ts';
import type { NativeProducts } from './native-types.ts';

export interface ProductsOptions {
  /** Device, as listDevices() names it. Default: the engine's. */
  backend?: string | undefined;
  threads?: number | undefined;
  /** Type of the first matrix, as of weights; the second is F32. */
  type: WeightType;
  /** Rows and columns of both, a multiple of 32 up to 8192. */
  size: number;
  /** Spent at least, 0..60, after one run that warms up. */
  seconds: number;
  signal?: AbortSignal | undefined;
}

/**
 * Multiplies square matrices as fast as the device can.
 *
 * @throws ArtistError ERR_NO_DEVICE; ERR_UNSUPPORTED: the device cannot multiply this type; ERR_OUT_OF_MEMORY; ERR_NO_BINARY
 * @throws `signal.reason` when aborted
 */
export async function measureProducts({ backend, threads, type, size, seconds, signal }: ProductsOptions): Promise<NativeProducts> {
  const addon = localEngine();
  const request = {
    ...(backend !== undefined && { backend }),
    ...(threads !== undefined && { threads }),
    ...{ type, blocks: size / 32, seconds },
  };
  return runJob<NativeProducts>({ addon, site: new CallSite('measureProducts', measureProducts), signal }, (listen) =>
    addon.measureProducts(request, listen),
  );
}

/**
 * Floating-point operations of the matrix products, convolutions and attention that this process has computed: a multiplication and the
 * addition of its product are two. Counted from the graphs, whatever algorithm computed them.
 *
 * @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded
 */
export const countedOperations = (): number => localEngine().operations();
