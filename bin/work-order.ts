import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { Artist, CreateOptions } from '../lib/artist/index.ts';
import type { Config } from '../lib/config/index.ts';
import { ArtistError, type ErrorCode, errorCodes, isArtistError, resolveOptions } from '../lib/core/index.ts';
import type { Artwork } from '../lib/gallery/index.ts';
import { findTopic } from '../lib/prompt/index.ts';
import type { RunningTask } from '../lib/schedule/index.ts';
import { type CreateValues, createFlags, createOptionsOf } from './flags/create-flags.ts';
import type { Values } from './flags/flags.ts';

/** Options of `create` that a scheduled work may have: all but what it is about, where it goes, the seed, which each work draws for itself, and what a person is told. */
const {
  subject: _subject,
  topic: _topic,
  inspire: _inspire,
  seed: _seed,
  out: _out,
  gallery: _gallery,
  force: _force,
  'domain-check': _domainCheck,
  'allow-duplicate': _allowDuplicate,
  ...orderFlags
} = createFlags;

export { orderFlags };

const orderSchema = z.strictObject({
  /** What to paint. Left out: `create` chooses. */
  prompt: z.string().optional(),
  create: z.strictObject({
    candidates: z.string().optional(),
    clip: z.string().optional(),
    taste: z.string().optional(),
    reject: z.array(z.string()).optional(),
    score: z.boolean().optional(),
    width: z.number().optional(),
    height: z.number().optional(),
    steps: z.number().optional(),
    sampler: z.string().optional(),
    cfg: z.number().optional(),
    lora: z.array(z.strictObject({ path: z.string(), weight: z.number().optional() })).optional(),
    model: z.string().optional(),
    style: z.union([z.string(), z.array(z.strictObject({ name: z.string(), weight: z.number().optional() }))]).optional(),
    expand: z.boolean().optional(),
    upscale: z.boolean().optional(),
  }),
});
/** What a schedule or a queue keeps of a work that is to be painted. */
export type WorkOrder = z.infer<typeof orderSchema>;

/** Paths are made absolute: whoever paints it stands in another folder. */
export function orderOf(prompt: string | undefined, values: Values<typeof orderFlags>, before: WorkOrder['create'] = {}): WorkOrder {
  const file = (name: string): string => (existsSync(name) ? path.resolve(name) : name);
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const order = {
    ...(prompt !== undefined && { prompt }),
    create: {
      ...before,
      ...Object.fromEntries(given),
      ...(values.model !== undefined && { model: file(values.model) }),
      ...(values.clip !== undefined && { clip: file(values.clip) }),
      ...(values.taste !== undefined && { taste: file(values.taste) }),
      ...(values.lora && { lora: values.lora.map((lora) => ({ ...lora, path: file(lora.path) })) }),
    },
  };
  return resolveOptions('order', orderSchema, order);
}

/** @throws ArtistError ERR_INVALID_ARGUMENT: it was not written by schedule add */
export function savedOrder(payload: unknown): WorkOrder {
  return resolveOptions('order', orderSchema, payload);
}

/** One work to be painted, from a schedule or a queue. */
export interface OrderedTask {
  /** The same for every try of the same work. */
  id: string;
  attempt: number;
  payload: unknown;
  /** A prompt whose turn it is. */
  rotation?: unknown;
  signal: AbortSignal;
  /** Of a queue, see RunningTask. */
  settled?: RunningTask['settled'];
  settle?: RunningTask['settle'];
}

/** The same for the same try, so that a work that is done again after a crash is the same; another for the next try. */
function seedOf(id: string, attempt: number): number {
  return createHash('sha256').update(`${id} ${attempt}`).digest().readUInt32BE(0);
}

const noValues = Object.fromEntries(Object.keys(createFlags).map((name) => [name, undefined]));

export type PaintedOrder = { id: string | null; path: string; prompt: string | null; seed: number | null };

/** What the history keeps of a work. */
function paintedOrder({ id, path: file, recipe }: Artwork): PaintedOrder {
  return { id, path: file, prompt: recipe?.prompt ?? null, seed: recipe?.seed ?? null };
}

/** Flags of a saved order, and its prompt or topic, as options of create(). Throws what createOptionsOf() throws. */
export function orderOptions({ create, prompt }: WorkOrder, topics: Config['prompt']['topics']): CreateOptions {
  // The name of a topic stands for its subjects; other words are painted as they are.
  const about = prompt !== undefined && findTopic(prompt, topics) ? { topic: prompt } : { prompt };
  return createOptionsOf({ ...noValues, ...create, ...about } as CreateValues);
}

/**
 * Does what `create` does, and returns what the history keeps of it. A work that is filed already, here or by another worker of the queue, is not
 * painted or not filed again. Throws what Artist.create() throws.
 */
export async function paintOrder(task: OrderedTask, artist: Artist): Promise<PaintedOrder> {
  const order = savedOrder(task.payload);
  const settle = task.settle ?? (async (result: PaintedOrder) => result);
  const filed = await artist.filed(task.id);
  if (filed) return (await settle(paintedOrder(filed))) as PaintedOrder;
  if (task.settled !== undefined) return task.settled as PaintedOrder;
  const prompt = typeof task.rotation === 'string' ? task.rotation : order.prompt;
  const options = orderOptions({ ...order, prompt }, artist.config.config.prompt.topics);
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

/** An error that comes from a record, with its code. */
export function recordedError(code: string | null, message: string | null): ArtistError {
  const known = Object.keys(errorCodes).find((one) => one === code) as ErrorCode | undefined;
  return new ArtistError(known ?? 'ERR_INTERNAL', message ?? 'it failed without a message');
}

/** `ERR_GENERATE: blank`: an error in one line of a log. */
export function oneLine(error: unknown): string {
  if (isArtistError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
