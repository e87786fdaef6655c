/** What the process of a task hears and answers. */
import type { Measured } from '../measure.ts';
import type { Probe } from '../result/result.ts';
import type { FoundModel } from '../tasks/given-model-task.ts';
import type { TunedOptions } from '../tasks/paint-task.ts';
import type { EngineOptions } from '../tasks/task.ts';

/** `model`: in place of a task of the suite. `tuned`: for tasks that paint with it. */
export type TaskRequest =
  | {
      do: 'load';
      task: string;
      engine: EngineOptions;
      scratch: string;
      model?: FoundModel | undefined;
      tuned?: TunedOptions | undefined;
    }
  | { do: 'repeat' }
  | { do: 'probe'; engine: EngineOptions };

export type TaskReply = { seconds: number } | { measured: Measured } | { probe: Probe } | { code: string | null; message: string };
