import type { ResultLicence } from '../../lora/index.ts';
import type { MemoryChoice } from './memory.ts';

export interface TrainLoraResult {
  /** The LoRA file. */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of its tensors; recipes of pictures painted with it contain it. */
  readonly tensorHash: string;
  /** Steps it was trained for; fewer than requested if the run stopped early. */
  readonly steps: number;
  readonly stoppedEarly: boolean;
  /** Smoothed loss of the last steps. */
  readonly loss: number;
  /** Losses of the held-out pictures: before training, at the end, and at the best step. Absent if no pictures are held out. */
  readonly validation?: { readonly first: number; readonly last: number; readonly best: number; readonly bestStep: number };
  readonly modules: number;
  readonly parameters: number;
  readonly memory: MemoryChoice;
  readonly device: string;
  /** Time spent in steps over all sessions of the run, and in total; `perStep` is the average of this session. */
  readonly seconds: { readonly training: number; readonly total: number; readonly perStep: number };
  /** Conditions that the LoRA inherits from the licences of its pictures. */
  readonly licence: ResultLicence;
  /** Files of the run. The data sheet is beside the LoRA. */
  readonly files: {
    readonly folder: string;
    readonly log: string;
    readonly dataSheet?: string;
    readonly lossCurve?: string;
    readonly contactSheet?: string;
    readonly samples: readonly string[];
  };
  readonly warnings: readonly string[];
}
