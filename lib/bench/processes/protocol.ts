/** What the process of a task hears and answers. */
import type { Measured } from '../measure.ts';
import type { EngineOptions } from '../tasks/task.ts';

export type TaskRequest = { do: 'load'; task: string; engine: EngineOptions; scratch: string } | { do: 'repeat' };

export type TaskReply = { seconds: number } | { measured: Measured } | { code: string | null; message: string };
