import * as z from 'zod';
import { ArtistError, resolveOptions } from '../../core/index.ts';
import { counterRandom, shuffled } from './counter-random.ts';

/** The facts about a picture that the plan needs. */
export interface PlanItem {
  readonly id: number;
  /** Name of its bucket. All pictures of a batch have the same size. */
  readonly bucket: string;
  readonly repeats: number;
  /** Number of variants (crops, flips) to choose from. */
  readonly frames: number;
  readonly role: 'train' | 'class';
}

export const planOptions = z.strictObject({
  /** 0..2^53-1. */
  seed: z.int().min(0),
  /** Pictures per forward and backward pass. Default 1. */
  batchSize: z.int().min(1).max(1024).default(1),
  /** Batches whose gradients are added up for one optimizer step. Default 1. */
  accumulation: z.int().min(1).max(1024).default(1),
  /** false: every epoch has the order of the data set. Default true. */
  shuffle: z.boolean().default(true),
});
export type PlanOptions = z.input<typeof planOptions>;

/** One picture in one batch. */
export interface PlannedPicture {
  readonly id: number;
  readonly role: 'train' | 'class';
  /** Index of this repeat in the epoch, from 0. */
  readonly repeat: number;
  /** Index of the variant. */
  readonly frame: number;
  readonly epoch: number;
  /** Index in the epoch, from 0. Together with `epoch` it determines noise and timestep. */
  readonly index: number;
}

export interface PlannedBatch {
  readonly bucket: string;
  readonly pictures: readonly PlannedPicture[];
}

/** How far training is: the next batch is `batch` of `epoch`, both from 0. Plain data, stored in checkpoints. */
export interface PlanPosition {
  readonly epoch: number;
  readonly batch: number;
  /** Optimizer steps done. */
  readonly step: number;
}

export const planStart: PlanPosition = { epoch: 0, batch: 0, step: 0 };

/** One optimizer step. */
export interface PlannedStep {
  /** Number of this step, from 1. */
  readonly step: number;
  readonly epoch: number;
  readonly batches: readonly PlannedBatch[];
  /** True if this is the last step of its epoch. */
  readonly endsEpoch: boolean;
  /** Position after this step. */
  readonly next: PlanPosition;
}

/**
 * Chooses the class pictures of an epoch: as many as there are training pictures (with repeats). Epochs cycle through all class pictures,
 * so that each is used equally often.
 */
function classPictures(items: readonly PlanItem[], count: number, seed: number, epoch: number): { item: PlanItem; repeat: number }[] {
  const pool = items.flatMap((item) => Array.from({ length: item.repeats }, () => item));
  if (pool.length === 0) return [];
  const start = epoch * count;
  const repeats = new Map<number, number>();
  const orders = new Map<number, PlanItem[]>();
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor((start + index) / pool.length);
    const order = orders.get(round) ?? shuffled(pool, counterRandom(seed, 'classes', [round]));
    orders.set(round, order);
    const item = order[(start + index) % pool.length] as PlanItem;
    const repeat = repeats.get(item.id) ?? 0;
    repeats.set(item.id, repeat + 1);
    return { item, repeat };
  });
}

/**
 * Plans the batches of one epoch. A pure function of its arguments: the order is the same on every machine and does not depend on earlier
 * calls. Every training picture occurs `repeats` times, and as many class pictures are mixed in, if there are any. All pictures of a batch
 * share one bucket; the last batch of a bucket may be smaller.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid
 */
export function planEpoch(items: readonly PlanItem[], options: PlanOptions, epoch: number): PlannedBatch[] {
  const { seed, batchSize, shuffle } = resolveOptions('plan', planOptions, options);
  const training = items.filter(({ role }) => role === 'train');
  if (training.length === 0)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'plan: expected at least one picture of the role "train", got none');
  const own = training.flatMap((item) => Array.from({ length: item.repeats }, (_, repeat) => ({ item, repeat })));
  const others = classPictures(
    items.filter(({ role }) => role === 'class'),
    own.length,
    seed,
    epoch,
  );
  const all = [...own, ...others];
  const order = shuffle ? shuffled(all, counterRandom(seed, 'order', [epoch])) : all;
  const open = new Map<string, (typeof all)[number][]>();
  const groups: { bucket: string; members: (typeof all)[number][] }[] = [];
  for (const entry of order) {
    const { bucket } = entry.item;
    const members = open.get(bucket) ?? [];
    if (members.length === 0) groups.push({ bucket, members });
    members.push(entry);
    if (members.length === batchSize) open.delete(bucket);
    else open.set(bucket, members);
  }
  // So far batches are ordered by their first picture, so small batches of rare buckets would always come last.
  const mixed = shuffle ? shuffled(groups, counterRandom(seed, 'order', [epoch, 1])) : groups;
  let index = 0;
  return mixed.map(({ bucket, members }) => ({
    bucket,
    pictures: members.map(({ item: { id, role, frames }, repeat }) => ({
      id,
      role,
      repeat,
      frame: frames > 1 ? Math.floor(counterRandom(seed, 'frame', [epoch, id, repeat])() * frames) : 0,
      epoch,
      index: index++,
    })),
  }));
}

/** Number of optimizer steps in an epoch. With class pictures of several buckets it may differ between epochs. */
export function stepsOfEpoch(items: readonly PlanItem[], options: PlanOptions, epoch = 0): number {
  return Math.ceil(planEpoch(items, options, epoch).length / (options.accumulation ?? 1));
}

/**
 * Yields the steps from `position` on, without end; the caller stops when it has enough. Starting at the `next` of any step continues
 * exactly there. A step never crosses the end of its epoch, so the last step of an epoch may have fewer batches.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when the plan has no such position
 */
export function* walkPlan(
  items: readonly PlanItem[],
  options: PlanOptions,
  position: PlanPosition = planStart,
): Generator<PlannedStep, never> {
  const { accumulation } = resolveOptions('plan', planOptions, options);
  let { epoch, batch, step } = position;
  let batches = planEpoch(items, options, epoch);
  if (batch >= batches.length || batch % accumulation !== 0)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `position: expected a batch below ${batches.length} that begins a step of ${accumulation}, got ${batch}. The data set or the options changed`,
    );
  for (;;) {
    const taken = batches.slice(batch, batch + accumulation);
    const current = epoch;
    batch += taken.length;
    step++;
    const endsEpoch = batch >= batches.length;
    if (endsEpoch) {
      epoch++;
      batch = 0;
    }
    yield { step, epoch: current, batches: taken, endsEpoch, next: { epoch, batch, step } };
    if (endsEpoch) batches = planEpoch(items, options, epoch);
  }
}
