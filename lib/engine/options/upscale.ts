/** Options of loadUpscaler() and upscale(). */
import * as z from 'zod';
import type { UpscaleEvent } from '../jobs/events.ts';
import { isolate, listener, path, signal } from './fields.ts';

const upscalerFields = () => ({
  /** Path of an ESRGAN file (.safetensors, .gguf, .pth). Default: the bundled RealESRGAN x4 for illustrations. */
  model: path.optional(),
  /** CPU threads, 1..512; those that the machine cannot run at once are left out. Default: physical cores minus one, at least 1. */
  threads: z.int().min(1).max(512).optional(),
  /** Tile edge in pixels of the input, 32..2048. Default 128. Larger is somewhat faster; memory grows with its square. */
  tileSize: z.int().min(32).max(2048).optional(),
  /** Direct convolution: less memory, slower on most CPUs. Default false. */
  convDirect: z.boolean().optional(),
  /** Device that computes, a name of listDevices(). Default: the best device present. */
  backend: path.optional(),
  /** Device that keeps the weights. Default: the same. */
  paramsBackend: path.optional(),
  /** Run the engine in a child process, whose death this one survives. Default false. */
  isolate,
  /** Cancels; the call rejects with `signal.reason` when native work has ended. */
  signal: signal.optional(),
  /** Called with each event. */
  onProgress: listener<UpscaleEvent>().optional(),
});

/** How often the picture goes through the network, 1..3. Default 1: two passes of an x4 model make 16 times the width. */
const repeats = z.int().min(1).max(3).default(1);

export const loadUpscalerOptions = z.strictObject(upscalerFields());
export const upscaleOptions = z.strictObject({ ...upscalerFields(), repeats });
export const upscalerRunOptions = z.strictObject({ repeats, signal: upscalerFields().signal, onProgress: upscalerFields().onProgress });

export type LoadUpscalerOptions = z.input<typeof loadUpscalerOptions>;
export type UpscaleOptions = z.input<typeof upscaleOptions>;
export type UpscalerRunOptions = z.input<typeof upscalerRunOptions>;
