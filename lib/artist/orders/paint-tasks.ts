import * as z from 'zod';
import { resolveOptions } from '../../core/index.ts';
import type { Json, TaskHandler } from '../../schedule/index.ts';
import { paintJob } from '../jobs/paint-job.ts';
import { isPaintJob } from '../jobs/stored-job.ts';
import type { Artist } from '../loop/artist.ts';
import { paintOrder } from './paint-order.ts';

/** The payload that handOver() adds to a queue. */
const taskSchema = z.strictObject({ order: z.unknown(), rotation: z.unknown(), since: z.int() });

/** Looks up a task's settled result in the queue; undefined: the queue does not know the task. */
export type LookUp = (id: string) => Promise<{ settled: Json | undefined } | undefined>;

const isPainted = (result: Json | undefined): result is { id: Json } => result !== null && typeof result === 'object' && 'id' in result;

/** Files works left unfiled by a worker of this home that was killed or could not write, if the queue settled on them. */
async function fileLeftBehind({ gallery }: Artist, lookUp: LookUp): Promise<void> {
  await gallery.settleLeftBehind(async ({ id, derivation }) => {
    const known = await lookUp(String(derivation?.['task']));
    return known && isPainted(known.settled) && known.settled.id === id;
  });
}

/** Makes the handler for a worker that paints the tasks of handOver() and of openPaintJobs(): queue.work(paintTasks(artist, lookUp)). */
export function paintTasks(artist: Artist, lookUp: LookUp): TaskHandler {
  let clean = false;
  return async (given) => {
    const { payload, ...task } = given;
    if (isPaintJob(payload)) return paintJob(given, artist);
    const { order, rotation } = resolveOptions('task', taskSchema, payload);
    if (!clean) await fileLeftBehind(artist, lookUp);
    clean = false;
    const painted = await paintOrder({ ...task, payload: order, rotation }, artist);
    clean = true;
    return painted;
  };
}
