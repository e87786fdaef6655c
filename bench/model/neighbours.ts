/**
 * Does the model repeat its training pictures?
 *
 * The distance of two pictures is the root mean square difference (0..255) of their thumbnails: 32 x 32 pixels, each the mean of 4 x 4. A copy lies
 * near 0 however finely it was painted; the same sprite in another place or on another ground does not. What counts is the distance to the nearest
 * of all training pictures. By itself it says little, since flat pictures lie near each other whoever made them, so each painted picture is
 * compared with a real one of the same caption:
 *
 * - captions of held-out pictures: is the painted picture nearer to some training picture than the real one, which no training saw?
 * - captions that were trained on: is it nearer to some training picture than the training picture of that caption is to any other?
 *
 * A painter that draws new pictures as the data's makers did is nearer in one half of the cases, one that repeats in nearly all. `copies` counts the
 * painted pictures that are nearer to a training picture than every held-out picture is; beside them the training pictures that are so near to
 * each other, the data's own duplicates.
 */
import type { RawImage } from '../../lib/image/index.ts';
import { type RealPicture, spreadOver } from './held-out.ts';
import { NeighbourSearch } from './neighbour-search.ts';
import type { Painter } from './painter.ts';
import { type Pools, pictureAt } from './pools.ts';
import { type Compared, quantiles, type Report } from './report.ts';
import { shareIn } from './statistics.ts';

/** Training pictures whose own neighbours are looked for. */
const sampled = 500;

export interface Pair {
  prompt: string;
  distance: number;
  painted: RawImage;
  /** Place of the nearest training picture. */
  nearest: number;
}

export interface Neighbours {
  found: NonNullable<Report['neighbours']>;
  /** All painted pictures with their neighbours, the nearest first. */
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
 * @param paintedHeldOut of the captions of `heldOut`
 * @param count of the captions trained on that are painted, evenly spread over the pools
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

/** The nearest pairs, for people to judge: cells of a sheet, painted picture and training picture. */
export async function pairCells(pools: Pools, pairs: readonly Pair[], count: number): Promise<{ prompt: string; images: RawImage[] }[]> {
  const cells: { prompt: string; images: RawImage[] }[] = [];
  for (const { prompt, distance, painted, nearest } of pairs.slice(0, count))
    cells.push({ prompt: `${distance.toFixed(1)}: ${prompt}`, images: [painted, await pictureAt(pools, nearest)] });
  return cells;
}
