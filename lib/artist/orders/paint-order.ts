import { createHash } from 'node:crypto';
import { ArtistError } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { RunningTask } from '../../schedule/index.ts';
import type { Artist } from '../loop/artist.ts';
import { optionsOfOrder, readOrder } from './order.ts';

/** One work to be painted, from a schedule or a queue. */
export interface OrderedTask {
  /** The same for every try of the same work. */
  id: string;
  /** From 1. */
  attempt: number;
  /** The stored order, see readOrder(). */
  payload: unknown;
  /** The prompt or topic whose turn it is, instead of that of the order. */
  rotation?: unknown;
  signal: AbortSignal;
  /** Of a queue, see RunningTask. */
  settled?: RunningTask['settled'];
  settle?: RunningTask['settle'];
}

/** What the history of a schedule keeps of a work. */
export type PaintedOrder = { id: string | null; path: string; prompt: string | null; seed: number | null };

/** The same for the same try, so that a work that is done again after a crash is the same; another for the next try. */
function seedOf(id: string, attempt: number): number {
  return createHash('sha256').update(`${id} ${attempt}`).digest().readUInt32BE(0);
}

function paintedOrder({ id, path, recipe }: Artwork): PaintedOrder {
  return { id, path, prompt: recipe?.prompt ?? null, seed: recipe?.seed ?? null };
}

/**
 * Paints and files the work of a task. A work that is filed already, here or by another worker of the queue, is not painted or not filed again.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_NEWER_VERSION: the order; and every error of Artist.create()
 */
export async function paintOrder(task: OrderedTask, artist: Artist): Promise<PaintedOrder> {
  const order = readOrder(task.payload);
  const settle = task.settle ?? (async (result: PaintedOrder) => result);
  const filed = await artist.filed(task.id);
  if (filed) return (await settle(paintedOrder(filed))) as PaintedOrder;
  if (task.settled !== undefined) return task.settled as PaintedOrder;
  const about = typeof task.rotation === 'string' ? task.rotation : order.prompt;
  const options = optionsOfOrder(order, artist.config.config.prompt.topics, about);
  let counts: PaintedOrder | undefined;
  const confirm = async (work: Artwork): Promise<boolean> => {
    counts = (await settle(paintedOrder(work))) as PaintedOrder;
    return counts.id === work.id;
  };
  const seed = seedOf(task.id, task.attempt);
  const { work } = await artist.create({ ...options, seed, task: task.id, signal: task.signal, ...(task.settle && { confirm }) });
  if (counts) return counts;
  if (!work) throw new ArtistError('ERR_INTERNAL', `${task.id}: expected a work that was filed, got none`);
  return paintedOrder(work);
}
