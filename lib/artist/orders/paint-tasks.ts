import * as z from 'zod';
import { resolveOptions } from '../../core/index.ts';
import type { Json, TaskHandler } from '../../schedule/index.ts';
import type { Artist } from '../loop/artist.ts';
import { paintOrder } from './paint-order.ts';

/** The payload that handOver() adds to a queue. */
const taskSchema = z.strictObject({ order: z.unknown(), rotation: z.unknown(), since: z.int() });

/** What a queue knows of a task: what was settled for it; undefined: it does not know the task. */
export type LookUp = (id: string) => Promise<{ settled: Json | undefined } | undefined>;

const isPainted = (result: Json | undefined): result is { id: Json } => result !== null && typeof result === 'object' && 'id' in result;

/** Works that were painted when a worker of this home was killed, or could not write: filed if the queue says that they count. */
async function fileLeftBehind({ gallery }: Artist, lookUp: LookUp): Promise<void> {
  await gallery.settleLeftBehind(async ({ id, derivation }) => {
    const known = await lookUp(String(derivation?.['task']));
    return known && isPainted(known.settled) && known.settled.id === id;
  });
}

/** The handler of a worker that paints what handOver() put into a queue: queue.work(paintTasks(artist, lookUp)). */
export function paintTasks(artist: Artist, lookUp: LookUp): TaskHandler {
  let clean = false;
  return async ({ payload, ...task }) => {
    const { order, rotation } = resolveOptions('task', taskSchema, payload);
    if (!clean) await fileLeftBehind(artist, lookUp);
    clean = false;
    const painted = await paintOrder({ ...task, payload: order, rotation }, artist);
    clean = true;
    return painted;
  };
}
