import { createHash } from 'node:crypto';
import { ArtistError } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { RunningTask } from '../../schedule/index.ts';
import type { Artist } from '../loop/artist.ts';
import type { CreateEvent, CreateOptions } from '../loop/create-options.ts';
import { optionsOfOrder, readOrder } from './order.ts';

/** One work to be painted, from a schedule or a queue. */
export interface OrderedTask {
  /** Stays the same for all tries of a work. */
  id: string;
  /** Number of the try, from 1. */
  attempt: number;
  /** The stored order, see readOrder(). */
  payload: unknown;
  /** The prompt or topic of this turn; replaces that of the order. */
  rotation?: unknown;
  /** Options that replace those of the order, such as the subject and seed of a work of a series. */
  fixed?: CreateOptions | undefined;
  signal: AbortSignal;
  /** Set for tasks of a queue: see RunningTask. */
  settled?: RunningTask['settled'];
  settle?: RunningTask['settle'];
  onProgress?: ((event: CreateEvent) => void) | undefined;
}

/** What the history of a schedule records about a work. */
export type PaintedOrder = { id: string | null; path: string; prompt: string | null; seed: number | null };

/** The seed of a try. Repeating a try after a crash gives the same picture; the next try gives another. */
function seedOf(id: string, attempt: number): number {
  return createHash('sha256').update(`${id} ${attempt}`).digest().readUInt32BE(0);
}

function paintedOrder({ id, path, recipe }: Artwork): PaintedOrder {
  return { id, path, prompt: recipe?.prompt ?? null, seed: recipe?.seed ?? null };
}

/**
 * Paints and files the work of a task. If the work is already filed, here or by another worker of the queue, it is not painted or filed again.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when the order is invalid, ERR_NEWER_VERSION when a newer version wrote it; every error of
 *   Artist.create()
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
  const { id, signal, fixed, onProgress } = task;
  const { work } = await artist.create({ ...options, seed, ...fixed, task: id, signal, onProgress, ...(task.settle && { confirm }) });
  if (counts) return counts;
  if (!work) throw new ArtistError('ERR_INTERNAL', `${task.id}: expected a work that was filed, got none`);
  return paintedOrder(work);
}
