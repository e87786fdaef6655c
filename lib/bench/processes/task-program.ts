/** The process of one task: what it allocates is its own, and if it dies the others are measured all the same. */
import { ArtistError, isArtistError } from '../../core/index.ts';
import { deviceBytes, measure } from '../measure.ts';
import { probeDevice } from '../probe.ts';
import { givenModelTask } from '../tasks/given-model-task.ts';
import { standardTasks, tunedTasks } from '../tasks/standard.ts';
import type { Ready } from '../tasks/task.ts';
import type { TaskReply, TaskRequest } from './protocol.ts';

// The parent ends this process; Ctrl-C reaches the whole group and means the parent.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
const { signal } = new AbortController();
let ready: Ready | undefined;
/** Memory of the GPUs that was in use before the task was loaded. */
let takenBefore = 0;

async function answer(request: TaskRequest): Promise<TaskReply> {
  if (request.do === 'probe') return { probe: await probeDevice(request.engine, signal) };
  if (request.do === 'repeat') {
    if (!ready) throw new ArtistError('ERR_INTERNAL', 'bench: expected a loaded task, got none');
    return { measured: await measure(ready, signal, takenBefore) };
  }
  const { model, tuned } = request;
  const all = [...standardTasks, ...(tuned ? tunedTasks(tuned) : [])];
  const task = model ? givenModelTask(model) : all.find(({ id }) => id === request.task);
  if (!task) throw new ArtistError('ERR_NOT_FOUND', `task: expected one of the suite, got ${request.task}`);
  takenBefore = deviceBytes();
  const start = performance.now();
  ready = await task.prepare(request.engine, signal, request.scratch);
  return { seconds: (performance.now() - start) / 1000 };
}

const failure = (error: unknown): TaskReply => ({
  code: isArtistError(error) ? error.code : null,
  message: error instanceof Error ? error.message : String(error),
});

process.on('message', (request: TaskRequest) => {
  answer(request)
    .catch(failure)
    .then((reply) => process.send?.(reply));
});
