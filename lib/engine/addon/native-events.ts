/** What native jobs tell while they run. */

/** Raw pixels: rows top to bottom, `channels` interleaved bytes per pixel (1 grey, 3 RGB). data.length = width * height * channels. */
export interface NativeImage {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

export type NativePhase = 'load' | 'encode' | 'encode-image' | 'sample' | 'decode' | 'upscale' | 'convert' | 'train';

export type NativeLogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Coalesced: of progress and previews only the newest between two turns of the event loop arrive. */
export type NativeEvent =
  | { type: 'queued'; position: number }
  | { type: 'started' }
  /** step/total: tensors for load, denoising steps for sample, tiles for tiled decode and upscale; 0/0 while nothing is countable. */
  | { type: 'progress'; phase: NativePhase; step: number; total: number; secondsPerStep: number; image: number; images: number }
  | { type: 'preview'; step: number; noisy: boolean; image: NativeImage; index: number }
  /** Before the first picture: what became of each module of each LoRA: "applied", "idle" (the model did not compute with it), or why not. */
  | { type: 'loras'; loras: string[][] }
  | { type: 'image'; index: number; image: NativeImage; seed: number }
  | { type: 'log'; level: NativeLogLevel; text: string };
