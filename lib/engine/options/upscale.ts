/** Options of loadUpscaler() and upscale(). */
import * as z from 'zod';
import type { UpscaleEvent } from '../jobs/events.ts';
import { cpuPrecision, cpuPrecisionHelp, isolate, isolateHelp, listener, path, signal, threads } from './fields.ts';
import { rows, shapeOf } from './row.ts';

const loadRows = rows({
  /** Path of an ESRGAN file (.safetensors, .gguf, .pth). Default: the bundled RealESRGAN x4 for illustrations. */
  model: { schema: path.optional(), help: 'ESRGAN file', default: 'the bundled RealESRGAN x4 for illustrations' },
  /** CPU threads, 1..512. Default: physical cores minus one, at least 1. More than the machine has are reduced to that number, with a warning. */
  threads: { schema: threads.optional(), help: 'CPU threads', default: 'physical cores minus one' },
  /** Tile edge in pixels of the input, 32..2048. Default 128. Larger is somewhat faster; memory grows with its square. */
  tileSize: { schema: z.int().min(32).max(2048).optional(), help: 'Tile edge in pixels of the input', default: '128' },
  /** Direct convolution on a GPU: less memory. CPUs with AVX2 always convolve directly; on older ones it is slower. Default false. */
  convDirect: { schema: z.boolean().optional(), help: 'Direct convolution on a GPU: less memory', native: 'direct' },
  /** Numbers that convolutions on a CPU multiply: `f32`, or `bf16` on CPUs with AMX: faster, pictures differ a little. Default `f32`. */
  cpuPrecision: { schema: cpuPrecision.optional(), help: cpuPrecisionHelp, default: 'f32' },
  /** Device that computes, a name of listDevices(). Default: the best device present. */
  backend: { schema: path.optional(), help: 'Device that computes: a name from `ai-artist doctor`' },
  /** Device that keeps the weights. Default: the same. */
  paramsBackend: { schema: path.optional(), help: 'Device that keeps the weights' },
  /** Run the engine in a child process, so that a crash does not end this one. Default false. */
  isolate: { schema: isolate, help: isolateHelp, native: false },
});

const runRows = rows({
  /** Passes through the network, 1..3. Default 1. Two passes of an x4 model enlarge 16 times. */
  repeats: {
    schema: z.int().min(1).max(3).default(1),
    help: 'Passes through the network; two of an x4 model enlarge 16 times',
    native: false,
  },
});

const eventRows = rows({
  /** Cancels; the call rejects with `signal.reason` when native work has ended. */
  signal: { schema: signal.optional(), help: 'Cancels', flag: false, native: false },
  /** Called with each event. */
  onProgress: { schema: listener<UpscaleEvent>().optional(), help: 'Called with each event', flag: false, native: false },
});

/** Every option of loadUpscaler(). */
export const loadUpscalerRows = rows({ ...loadRows, ...eventRows });
/** Every option of upscale(). */
export const upscaleRows = rows({ ...loadRows, ...runRows, ...eventRows });

export const loadUpscalerOptions = z.strictObject(shapeOf(loadUpscalerRows));
export const upscaleOptions = z.strictObject(shapeOf(upscaleRows));
export const upscalerRunOptions = z.strictObject(shapeOf(rows({ ...runRows, ...eventRows })));

export type LoadUpscalerOptions = z.input<typeof loadUpscalerOptions>;
export type UpscaleOptions = z.input<typeof upscaleOptions>;
export type UpscalerRunOptions = z.input<typeof upscalerRunOptions>;
