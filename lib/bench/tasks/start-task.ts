import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { ArtistError, childProgram } from '../../core/index.ts';
import type { Task } from './task.ts';

const answer = z.object({ parts: z.record(z.string(), z.number()), cpuSeconds: z.number() });
const start = promisify(execFile);

/** Starts Node, loads the library and the bundled model, and paints one small picture in one step: what a script waits for. */
export function startTask(id: string): Task {
  return {
    id,
    suite: 'start',
    recipe: { model: 'ai-artist-mini', width: 64, height: 64, steps: 1 },
    async prepare(options) {
      const { file, execArgv } = childProgram('bench/tasks/first-picture');
      return {
        async run(signal) {
          try {
            const { stdout } = await start(process.execPath, [...execArgv, file, JSON.stringify(options)], { signal });
            const { parts, cpuSeconds } = answer.parse(JSON.parse(stdout));
            return { parts, childCpuSeconds: cpuSeconds };
          } catch (error) {
            signal.throwIfAborted();
            throw new ArtistError('ERR_GENERATE', `start: expected a picture of a new process, got ${String(error)}`, { cause: error });
          }
        },
        dispose: async () => undefined,
      };
    },
  };
}
