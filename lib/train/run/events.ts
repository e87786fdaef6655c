/** Events of a training run. All except `queued`, `load`, `prepare` and `paint` are also written to the run's log, one per line. */
import type { QueuedEvent, WarningEvent, WeightsEvent } from '../../engine/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { MemoryChoice } from './memory.ts';
import type { TrainLoraResult } from './result.ts';

/** Progress of the preparations before the first step. */
export interface PrepareEvent {
  type: 'prepare';
  /** `files`: read and checked; `pictures`, `captions`: encoded; `class pictures`: painted. */
  what: 'files' | 'pictures' | 'captions' | 'class pictures';
  done: number;
  total: number;
}
/** Preparation is done; the first step follows. */
export interface BeginEvent {
  type: 'begin';
  /** Folder of the run. */
  folder: string;
  /** Total steps of the run. `from` is the step it continues after. */
  steps: number;
  from: number;
  pictures: number;
  heldOut: number;
  /** Number of trained layers; `parameters` counts their values. */
  modules: number;
  parameters: number;
  /** Sizes of the buckets, as width x height. */
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
  /** Loss smoothed over many steps. */
  smoothedLoss: number;
  learningRate: number;
  /** Norm of the gradient before clipping. */
  gradientNorm: number;
  /** Average over this process. */
  secondsPerStep: number;
  /** Seconds until the last step, without samples and validations. */
  etaSeconds: number;
}
/** Mean loss of the held-out pictures, always with the same noise. */
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
/** Pictures of the same prompts and seeds, painted with the current LoRA; at step 0 without one. */
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
/** A remark, e.g. that the run continues after step n or stopped early. */
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

/** Event types of which only the newest matters. */
export const trainProgressTypes: ReadonlySet<TrainEvent['type']> = new Set(['queued', 'load', 'prepare', 'paint']);
