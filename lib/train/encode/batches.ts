/** Converts planned batches to the form the native trainer takes. */
import type { NativeTrainBatch, NativeTrainItem } from '../../engine/index.ts';
import type { Frame, FramedPicture } from '../data/buckets.ts';
import { composeCaption, type ResolvedCaptions } from '../data/captions.ts';
import { counterRandom } from '../data/counter-random.ts';
import type { TrainingPicture } from '../data/data-set.ts';
import type { PlannedBatch } from '../data/epoch-plan.ts';
import type { Encodings } from './encodings.ts';

type Framed = FramedPicture<TrainingPicture>;

export interface BatchMaker {
  pictures: ReadonlyMap<number, Framed>;
  encodings: Encodings;
  captions: ResolvedCaptions;
  seed: number;
  priorWeight: number;
  /** Whether the family uses the size of a picture as a condition. */
  sizeConditions: boolean;
}

/** SDXL's six numbers: original size, corner of the crop, size of the bucket. */
function sizesOf({ picture, bucket }: Framed, { left, top }: Frame): NonNullable<NativeTrainItem['sizes']> {
  return [picture.height, picture.width, top, left, bucket.height, bucket.width];
}

async function itemOf(framed: Framed, frame: number, caption: string, id: number, maker: BatchMaker): Promise<NativeTrainItem> {
  const { latent, mask } = await maker.encodings.picture(framed, frame);
  const [text] = await maker.encodings.captions([caption], framed.bucket);
  if (!text) throw new RangeError('captions: expected a condition for a caption, got none');
  return {
    latent,
    text,
    id,
    ...(maker.sizeConditions && { sizes: sizesOf(framed, framed.frames[frame] as Frame) }),
    ...(framed.picture.role === 'class' && { weight: maker.priorWeight }),
    ...(mask && { mask }),
  };
}

/** Makes one batch of a training step. */
export async function trainBatch({ pictures }: PlannedBatch, maker: BatchMaker): Promise<NativeTrainBatch> {
  const items: NativeTrainItem[] = [];
  for (const { id, repeat, frame, epoch, index } of pictures) {
    const framed = maker.pictures.get(id) as Framed;
    // Captions of class pictures stay unchanged: they stand for what the model already knows.
    const caption =
      framed.picture.role === 'class'
        ? framed.picture.caption
        : composeCaption(framed.picture.caption, maker.captions, counterRandom(maker.seed, 'caption', [epoch, id, repeat]));
    items.push(await itemOf(framed, frame, caption, index, maker));
  }
  return { items };
}

/** Makes batches of the held-out pictures: always the same variants, with unchanged captions. */
export async function validationBatches(held: readonly Framed[], batchSize: number, maker: BatchMaker): Promise<NativeTrainBatch[]> {
  const groups: Framed[][] = [];
  for (const framed of held) {
    const open = groups.find(
      ([first, ...rest]) =>
        first?.bucket.width === framed.bucket.width && first.bucket.height === framed.bucket.height && rest.length + 1 < batchSize,
    );
    if (open) open.push(framed);
    else groups.push([framed]);
  }
  const batches: NativeTrainBatch[] = [];
  for (const group of groups) {
    const items: NativeTrainItem[] = [];
    for (const framed of group)
      items.push(await itemOf(framed, 0, composeCaption(framed.picture.caption, maker.captions), framed.picture.id, maker));
    batches.push({ items });
  }
  return batches;
}
