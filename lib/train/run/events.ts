/** What a training run tells. Every event but `queued`, `load`, `prepare` and `paint` is also a line of the run's log. */
import type { QueuedEvent, WarningEvent, WeightsEvent } from '../../engine/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { MemoryChoice } from './memory.ts';
import type { TrainLoraResult } from './result.ts';

/** Something is made ready before the first step. */
export interface PrepareEvent {
  type: 'prepare';
  /** `files` are read and checked, `pictures` and `captions` encoded, `class pictures` painted. */
  what: 'files' | 'pictures' | 'captions' | 'class pictures';
  done: number;
  total: number;
}
/** Everything is decided; the first step follows. */
export interface BeginEvent {
  type: 'begin';
  /** Folder of the run. */
  folder: string;
  /** Steps of the whole run, and the one it goes on after. */
  steps: number;
  from: number;
  pictures: number;
  heldOut: number;
  /** Layers that are trained, and their numbers. */
  modules: number;
  parameters: number;
  /** Width x height of the buckets. */
  sizes: readonly string[];
  memory: MemoryChoice;
  device: string;
}
export interface StepEvent {
  type: 'step';
  /** Finished steps, from 1. */
  step: number;
  steps: number;
  loss: number;
  /** Without the noise of single steps. */
  smoothedLoss: number;
  learningRate: number;
  /** Length of the gradient before it is clipped. */
  gradientNorm: number;
  /** Average of this process. */
  secondsPerStep: number;
  /** Until the last step, without samples and validations. */
  etaSeconds: number;
}
/** Mean loss of the held-out pictures, always at the same noise. */
export interface ValidationEvent {
  type: 'validation';
  step: number;
  loss: number;
  best: boolean;
}
/** A sample strip is being painted. */
export interface PaintEvent {
  type: 'paint';
  done: number;
  total: number;
}
/** Pictures of the same prompts and seeds, painted with the LoRA as it is; at step 0 without it. */
export interface SampleStripEvent {
  type: 'sample';
  step: number;
  images: readonly ArtImage[];
  files: readonly string[];
}
export interface CheckpointEvent {
  type: 'checkpoint';
  step: number;
  folder: string;
}
/** A remark: goes on after step n, stopped early… */
export interface NoteEvent {
  type: 'note';
  message: string;
}
export interface TrainDoneEvent {
  type: 'done';
  result: TrainLoraResult;
}

export type TrainEvent =
  | QueuedEvent
  | WeightsEvent
  | PrepareEvent
  | BeginEvent
  | StepEvent
  | ValidationEvent
  | PaintEvent
  | SampleStripEvent
  | CheckpointEvent
  | NoteEvent
  | WarningEvent
  | TrainDoneEvent;

/** Types of which only the newest counts. */
export const trainProgressTypes: ReadonlySet<TrainEvent['type']> = new Set(['queued', 'load', 'prepare', 'paint']);
