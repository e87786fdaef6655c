import * as z from 'zod';
import { defined, resolveOptions } from '../../core/index.ts';
import {
  CallSite,
  localEngine,
  type NativeGradientCheck,
  type NativeGradientCheckRequest,
  path,
  runJob,
  signal,
} from '../../engine/index.ts';

export const checkGradientsOptions = z.strictObject({
  /** Device to test, by its name in listDevices(). Default: the best device present. */
  backend: path.optional(),
  /** Check only this family's small model. */
  family: z.string().min(1).optional(),
  /** CPU threads, 1..512. Default: physical cores minus one, at least 1. */
  threads: z.int().min(1).max(512).optional(),
  signal: signal.optional(),
});
export type CheckGradientsOptions = z.input<typeof checkGradientsOptions>;

/** Gradients of one family's small random model. */
export interface GradientCheck extends Readonly<NativeGradientCheck> {
  /** Whether this device's gradients are accurate enough to train the family. */
  readonly passed: boolean;
}

/** Smallest cosine accepted. GPUs multiply in half precision; below this the difference is more than rounding. */
const leastCosine = 0.999;
/** Largest difference accepted. Curvature and half-precision rounding cause a few percent in the worst family; a wrong rule causes 1. */
const largestDirectional = 0.1;

/**
 * Compares the gradients of a device with those of the CPU, and both with central differences of the loss, on small random models.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_NO_DEVICE when `backend` names no device here; ERR_UNSUPPORTED
 *   when the device cannot train; ERR_OUT_OF_MEMORY; ERR_NO_BINARY when the addon cannot be loaded
 * @throws `signal.reason` when aborted
 */
export async function checkGradients(options: CheckGradientsOptions = {}): Promise<GradientCheck[]> {
  const site = new CallSite('checkGradients', checkGradients);
  const { signal: stop, ...request } = resolveOptions('checkGradients', checkGradientsOptions, options);
  const addon = localEngine();
  const checks = await runJob<NativeGradientCheck[]>({ addon, site, signal: stop }, (listen) =>
    addon.checkGradients(defined(request) as NativeGradientCheckRequest, listen),
  );
  return checks.map((check) => ({
    ...check,
    passed: check.cosine >= leastCosine && Math.abs(check.directional) <= largestDirectional,
  }));
}
