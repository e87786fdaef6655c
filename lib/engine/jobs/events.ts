/**
 * Events of running jobs. Progress is coalesced: a slow listener gets the newest event, never a backlog.
 * `image` is the index in the batch, from 0; `step` counts finished steps, up to `steps`. Both are 0 while nothing can be counted.
 */
import type { ArtImage } from '../../image/index.ts';
import type { NativeEvent } from '../addon/native-events.ts';
import type { GenerateResult } from '../paint/generate-result.ts';
import { warningOf } from './engine-words.ts';

/** The first event: how many jobs of this process are ahead. Jobs run one at a time; at `position` 0 this one starts at once. */
export interface QueuedEvent {
  type: 'queued';
  position: number;
}
/** Weights are being read; steps are tensors. */
export interface WeightsEvent {
  type: 'load';
  step: number;
  steps: number;
}
/** The engine or this package noticed something that does not stop the job. Also in `result.warnings`. */
export interface WarningEvent {
  type: 'warning';
  message: string;
}
/** The prompt or an input picture is being encoded. */
export interface EncodeEvent {
  type: 'encode';
  what: 'prompt' | 'image';
  image: number;
  images: number;
}
export interface SampleEvent {
  type: 'sample';
  image: number;
  images: number;
  step: number;
  steps: number;
  secondsPerStep: number;
  /** Seconds until the last step of the last picture, without decoding; 0 before the first step. */
  etaSeconds: number;
}
export interface PreviewEvent {
  type: 'preview';
  image: ArtImage;
  index: number;
  step: number;
  noisy: boolean;
}
/** A picture of the batch is finished. */
export interface ImageEvent {
  type: 'image';
  image: ArtImage;
  index: number;
  seed: number;
}
/** Latents are being decoded into pixels; steps are tiles when the decoder works in tiles. */
export interface DecodeEvent {
  type: 'decode';
  image: number;
  images: number;
  step: number;
  steps: number;
}
/** The picture is being enlarged; steps are tiles. `secondsPerStep` is 0 until known. */
export interface EnlargeEvent {
  type: 'upscale';
  step: number;
  steps: number;
  secondsPerStep: number;
  etaSeconds: number;
}
export interface DoneEvent {
  type: 'done';
  result: GenerateResult;
}

export type LoadEvent = QueuedEvent | WeightsEvent | WarningEvent;
export type UpscaleEvent = QueuedEvent | WeightsEvent | EnlargeEvent | WarningEvent;
export type ConvertEvent = QueuedEvent | { type: 'convert'; step: number; steps: number } | WarningEvent;
export type GenerateEvent =
  | QueuedEvent
  | WeightsEvent
  | EncodeEvent
  | SampleEvent
  | PreviewEvent
  | ImageEvent
  | DecodeEvent
  | EnlargeEvent
  | WarningEvent
  | DoneEvent;

/** Event types of which only the newest matters. */
export const progressTypes: ReadonlySet<GenerateEvent['type']> = new Set([
  'queued',
  'load',
  'encode',
  'sample',
  'preview',
  'decode',
  'upscale',
]);

type Progress = Extract<NativeEvent, { type: 'progress' }>;

function remaining(event: Progress): number {
  return Math.max(0, event.total - event.step) * event.secondsPerStep;
}

/** Converts the events that every kind of job has; undefined for other events. */
export function commonEvent(event: NativeEvent): QueuedEvent | WeightsEvent | EnlargeEvent | WarningEvent | undefined {
  if (event.type === 'queued') return { type: 'queued', position: event.position };
  if (event.type === 'log') {
    const message = event.level === 'warn' ? warningOf(event.text) : undefined;
    return message === undefined ? undefined : { type: 'warning', message };
  }
  if (event.type !== 'progress') return undefined;
  if (event.phase === 'load') return { type: 'load', step: event.step, steps: event.total };
  if (event.phase === 'upscale') {
    return { type: 'upscale', step: event.step, steps: event.total, secondsPerStep: event.secondsPerStep, etaSeconds: remaining(event) };
  }
  return undefined;
}

/** Converts the progress of painting to what users see; undefined for other phases. */
export function paintEvent(event: Progress): EncodeEvent | SampleEvent | DecodeEvent | undefined {
  const { image, images, step, total: steps, secondsPerStep } = event;
  switch (event.phase) {
    case 'encode':
      return { type: 'encode', what: 'prompt', image, images };
    case 'encode-image':
      return { type: 'encode', what: 'image', image, images };
    case 'sample':
      return {
        type: 'sample',
        image,
        images,
        step,
        steps,
        secondsPerStep,
        etaSeconds: remaining(event) + (images - image - 1) * steps * secondsPerStep,
      };
    case 'decode':
      return { type: 'decode', image, images, step, steps };
    default:
      return undefined;
  }
}
