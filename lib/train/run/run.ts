import type { CallSite, NativeNetworkInfo } from '../../engine/index.ts';
import type { FramedPicture } from '../data/buckets.ts';
import type { DataSet, TrainingPicture } from '../data/data-set.ts';
import type { Encodings } from '../encode/encodings.ts';
import type { RunLog } from '../record/run-log.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { LoraWriter } from '../record/trained-lora.ts';
import type { ResolvedTrainLora } from '../settings/options.ts';
import type { Output } from '../settings/output.ts';
import type { TrainSettings } from '../settings/settings.ts';
import type { TrainEvent } from './events.ts';
import type { MemoryChoice } from './memory.ts';
import type { TrainerSession } from './trainer-session.ts';

export interface TrainCall {
  options: ResolvedTrainLora;
  /** Options as given, for run.json. */
  given: Record<string, unknown>;
  /** Record and folder of a resumed run. */
  resumed?: { record: RunRecord; folder: string };
  site: CallSite;
  signal: AbortSignal;
  emit: (event: TrainEvent) => void;
}

/** Everything that one run works with. */
export interface Run {
  readonly options: ResolvedTrainLora;
  readonly output: Output;
  readonly settings: TrainSettings;
  readonly dataSet: DataSet;
  readonly framed: readonly FramedPicture<TrainingPicture>[];
  readonly session: TrainerSession;
  readonly network: NativeNetworkInfo;
  readonly memory: MemoryChoice;
  readonly encodings: Encodings;
  readonly writer: LoraWriter;
  readonly log: RunLog;
  readonly resumed: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: TrainEvent) => void;
}
