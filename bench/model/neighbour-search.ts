/** Exact search for the nearest of many pictures. */
import { type Pools, small, smallBytes, thumbnail } from './pools.ts';

const by = 4;
const coarse = small / by;
const coarseLength = coarse * coarse * 3;
/** Number of candidates compared first. They give a bound that rules out most of the others. */
const tried = 32;

export interface Neighbour {
  /** Index in the pools' pictures. */
  index: number;
  /** Root mean square difference of the thumbnails, 0..255. */
  distance: number;
}

/** Means of 4 x 4 pixels of a thumbnail, not rounded. Their difference is never greater than that of the thumbnails. */
function reduce(thumbnails: Uint8Array, from: number, result: Float32Array, to: number): void {
  for (let y = 0; y < coarse; y++)
    for (let x = 0; x < coarse; x++)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let row = 0; row < by; row++)
          for (let column = 0; column < by; column++)
            sum += thumbnails[from + ((y * by + row) * small + x * by + column) * 3 + channel] as number;
        result[to + (y * coarse + x) * 3 + channel] = sum / (by * by);
      }
}

function squares(a: ArrayLike<number>, b: ArrayLike<number>, from: number, length: number): number {
  let sum = 0;
  for (let at = 0; at < length; at++) {
    const difference = (a[at] as number) - (b[from + at] as number);
    sum += difference * difference;
  }
  return sum;
}

/** Finds the nearest of all pictures exactly; means of 16 x 16 pixels rule out most of them. */
export class NeighbourSearch {
  readonly #pools: Pools;
  readonly #coarse: Float32Array;
  readonly #bounds: Float32Array;

  constructor(pools: Pools) {
    const count = pools.pictures.length;
    this.#pools = pools;
    this.#coarse = new Float32Array(count * coarseLength);
    this.#bounds = new Float32Array(count);
    for (let index = 0; index < count; index++) reduce(pools.thumbnails, index * smallBytes, this.#coarse, index * coarseLength);
  }

  nearest(picture: Uint8Array): Neighbour {
    return this.#search(thumbnail(picture), -1);
  }

  /** The nearest of the other training pictures. */
  nearestOf(index: number): Neighbour {
    return this.#search(this.#pools.thumbnails.subarray(index * smallBytes, (index + 1) * smallBytes), index);
  }

  /** @param self index of a picture to ignore; -1: none */
  #search(own: Uint8Array, self: number): Neighbour {
    const bounds = this.#bounds;
    const reduced = new Float32Array(coarseLength);
    reduce(own, 0, reduced, 0);
    for (let index = 0; index < bounds.length; index++)
      bounds[index] =
        index === self ? Number.POSITIVE_INFINITY : by * by * squares(reduced, this.#coarse, index * coarseLength, coarseLength);
    const limit = bounds.slice().sort()[Math.min(tried, bounds.length - 1)] ?? 0;
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    const look = (wanted: (bound: number) => boolean): void => {
      for (let index = 0; index < bounds.length; index++) {
        const bound = bounds[index] as number;
        if (!wanted(bound)) continue;
        const found = squares(own, this.#pools.thumbnails, index * smallBytes, smallBytes);
        if (found < least) [best, least] = [index, found];
      }
    };
    look((bound) => bound < limit);
    look((bound) => bound >= limit && bound < least);
    return { index: best, distance: Math.sqrt(least / smallBytes) };
  }
}
