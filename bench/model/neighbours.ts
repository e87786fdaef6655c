/**
 * Does the model repeat its training pictures?
 *
 * The distance of two pictures is the root mean square difference (0..255) of their thumbnails: 32 x 32 pixels, each the mean of 4 x 4. A
 * copy has a distance near 0 however finely it was painted; the same sprite in another place or on another background does not. The measure
 * is the distance to the nearest of all training pictures. Alone it says little, since flat pictures are similar whoever made them. Each
 * painted picture is therefore compared with a real one of the same caption:
 *
 * - captions of held-out pictures: is the painted picture closer to some training picture than the real one, which was not trained on?
 * - captions that were trained on: is it closer to some training picture than the training picture of that caption is to any other?
 *
 * A painter that draws new pictures as the data's makers did is closer in half of the cases, one that repeats in nearly all. `copies`
 * counts the painted pictures that are closer to a training picture than every held-out picture is. For comparison it also counts the
 * training pictures that are so close to each other, the data's own duplicates.
 */
import type { RawImage } from '../../lib/image/index.ts';
import { type RealPicture, spreadOver } from './held-out.ts';
import { NeighbourSearch } from './neighbour-search.ts';
import type { Painter } from './painter.ts';
import { type Pools, pictureAt } from './pools.ts';
import { type Compared, quantiles, type Report } from './report.ts';
import { shareIn } from './statistics.ts';

/** Number of training pictures whose own neighbours are searched. */
const sampled = 500;

export interface Pair {
  prompt: string;
  distance: number;
  painted: RawImage;
  /** Index of the nearest training picture. */
  nearest: number;
}

export interface Neighbours {
  found: NonNullable<Report['neighbours']>;
  /** All painted pictures with their neighbours, nearest first. */
  pairs: Pair[];
}

function compared(painted: readonly number[], real: readonly number[]): Compared {
  return {
    n: painted.length,
    painted: quantiles(painted),
    real: quantiles(real),
    nearer: shareIn(painted.map((distance, index) => distance < (real[index] ?? 0))),
  };
}

/**
 * @param paintedHeldOut painted pictures with the captions of `heldOut`
 * @param count number of training captions to paint, evenly spread over the pools
 */
export async function measureNeighbours(
  painter: Pick<Painter, 'paint'>,
  pools: Pools,
  heldOut: readonly RealPicture[],
  paintedHeldOut: readonly RawImage[],
  count: number,
  seedOf: (index: number) => number,
): Promise<Neighbours> {
  const search = new NeighbourSearch(pools);
  const all = [...pools.pictures.keys()];
  const pairs: Pair[] = [];
  const paintedDistance = (prompt: string, painted: RawImage): number => {
    const { index, distance } = search.nearest(painted.data);
    pairs.push({ prompt, painted, distance, nearest: index });
    return distance;
  };
  const ofHeldOut = paintedHeldOut.map((image, index) => paintedDistance(heldOut[index]?.caption ?? '', image));
  const places = spreadOver(all, count);
  const ofTrained: number[] = [];
  for (const [index, place] of places.entries()) {
    const caption = pools.pictures[place]?.caption ?? '';
    ofTrained.push(paintedDistance(caption, await painter.paint(caption, seedOf(index))));
  }
  const unseen = heldOut.map(({ image }) => search.nearest(image.data).distance);
  const among = spreadOver(all, sampled).map((index) => search.nearestOf(index).distance);
  const limit = Math.min(...unseen);
  return {
    found: {
      training: all.length,
      heldOut: compared(ofHeldOut, unseen),
      trained: compared(
        ofTrained,
        places.map((index) => search.nearestOf(index).distance),
      ),
      copies: {
        limit,
        painted: shareIn(pairs.map(({ distance }) => distance < limit)),
        training: shareIn(among.map((distance) => distance < limit)),
      },
    },
    pairs: pairs.sort((a, b) => a.distance - b.distance),
  };
}

/** The nearest pairs, for people to judge: cells of a sheet with the painted picture and the training picture. */
export async function pairCells(pools: Pools, pairs: readonly Pair[], count: number): Promise<{ prompt: string; images: RawImage[] }[]> {
  const cells: { prompt: string; images: RawImage[] }[] = [];
  for (const { prompt, distance, painted, nearest } of pairs.slice(0, count))
    cells.push({ prompt: `${distance.toFixed(1)}: ${prompt}`, images: [painted, await pictureAt(pools, nearest)] });
  return cells;
}
