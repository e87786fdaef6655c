import type { ResultLicence } from '../../lora/index.ts';
import type { MemoryChoice } from './memory.ts';

export interface TrainLoraResult {
  /** The LoRA file. */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of its tensors; recipes of pictures painted with it name it. */
  readonly tensorHash: string;
  /** Steps it has seen: fewer than asked for where it stopped early. */
  readonly steps: number;
  readonly stoppedEarly: boolean;
  /** Smoothed loss of the last steps. */
  readonly loss: number;
  /** Losses of the held-out pictures: untrained, at the end, and at the best step. Absent where none are held out. */
  readonly validation?: { readonly first: number; readonly last: number; readonly best: number; readonly bestStep: number };
  readonly modules: number;
  readonly parameters: number;
  readonly memory: MemoryChoice;
  readonly device: string;
  /** Time in steps, of all sessions of the run; `perStep` is of this one. */
  readonly seconds: { readonly training: number; readonly total: number; readonly perStep: number };
  /** What the LoRA takes over from the licences of its pictures. */
  readonly licence: ResultLicence;
  /** Files of the run; the data sheet lies beside the LoRA. */
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
