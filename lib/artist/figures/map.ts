/** A map of all works: likeness as nearness, in two dimensions. It stays as it is when works arrive. */
import * as z from 'zod';
import { type Clock, homeOf, type StateDefinition, StateFile } from '../../core/index.ts';
import { principalAxes } from '../../curation/index.ts';

const axis = z.array(z.number());
const mapSchema = z.strictObject({
  /** The CLIP that made the vectors; empty: there is no map yet. */
  model: z.string(),
  /** Number of works when the axes were found. */
  fitted: z.int().min(0),
  mean: axis,
  axes: z.tuple([axis, axis]),
  /** Factor that brought the works of that time between -1 and 1. */
  scale: z.number(),
});
type Axes = z.output<typeof mapSchema>;
const definition: StateDefinition<Axes> = {
  kind: 'map',
  version: 1,
  schema: mapSchema,
  initial: () => ({ model: '', fitted: 0, mean: [], axes: [[], []], scale: 1 }),
};

/** Vectors from which axes are found: more do not change them noticeably. */
const mostFitted = 5000;
/** New axes when there are so many times more works. */
const grownBy = 2;

type Vectors = readonly Float32Array[];
type Point = readonly [x: number, y: number];

function pointOf({ mean, axes: [first, second], scale }: Pick<Axes, 'mean' | 'axes' | 'scale'>, vector: Float32Array): Point {
  let [x, y] = [0, 0];
  for (let at = 0; at < mean.length; at++) {
    const value = (vector[at] as number) - (mean[at] as number);
    x += value * (first[at] ?? 0);
    y += value * (second[at] ?? 0);
  }
  return [x * scale, y * scale];
}

function evenly(vectors: Vectors): Vectors {
  if (vectors.length <= mostFitted) return vectors;
  return Array.from({ length: mostFitted }, (_, index) => vectors[Math.floor((index * vectors.length) / mostFitted)] as Float32Array);
}

/** The turn or mirror image that brings `from` nearest to `to`: orthogonal Procrustes in the plane. */
function nearestTurn(from: readonly Point[], to: readonly Point[]): [Point, Point] {
  const centre = (points: readonly Point[]): Point => {
    const [x, y] = points.reduce<[number, number]>((sum, [px, py]) => [sum[0] + px, sum[1] + py], [0, 0]);
    return [x / points.length, y / points.length];
  };
  const [[ax, ay], [bx, by]] = [centre(from), centre(to)];
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (const [index, [x, y]] of from.entries()) {
    const [u, v] = to[index] ?? [0, 0];
    xx += (x - ax) * (u - bx);
    xy += (x - ax) * (v - by);
    yx += (y - ay) * (u - bx);
    yy += (y - ay) * (v - by);
  }
  const turn = { length: Math.hypot(xx + yy, xy - yx), angle: Math.atan2(xy - yx, xx + yy) };
  const mirror = { length: Math.hypot(xx - yy, xy + yx), angle: Math.atan2(xy + yx, xx - yy) };
  const isMirrored = mirror.length > turn.length;
  const { angle } = isMirrored ? mirror : turn;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return isMirrored
    ? [
        [cos, sin],
        [sin, -cos],
      ]
    : [
        [cos, -sin],
        [sin, cos],
      ];
}

const mixed = (a: readonly number[], b: readonly number[], [p, q]: Point): number[] => a.map((value, at) => p * value + q * (b[at] ?? 0));

/** Axes for these works, turned so that the works of the map before move as little as possible. */
function newAxes(vectors: Vectors, model: string, before: Axes): Axes {
  const chosen = evenly(vectors);
  const { mean, axes: found } = principalAxes(chosen, 2);
  const none = Array.from(mean, () => 0);
  const plain = { mean: [...mean], axes: [[...(found[0] ?? none)], [...(found[1] ?? none)]] as Axes['axes'], scale: 1 };
  const points = chosen.map((vector) => pointOf(plain, vector));
  if (before.model !== model || before.mean.length !== mean.length) {
    const largest = points.reduce((most, [x, y]) => Math.max(most, Math.abs(x), Math.abs(y)), 0);
    return { ...plain, model, fitted: vectors.length, scale: largest > 0 ? 1 / largest : 1 };
  }
  const earlier = chosen.map((vector) => pointOf(before, vector));
  const [first, second] = nearestTurn(points, earlier);
  const [a, b] = plain.axes;
  // The old mean: a new one would shift all works.
  return { mean: before.mean, axes: [mixed(a, b, first), mixed(a, b, second)], model, fitted: vectors.length, scale: before.scale };
}

export interface MapOptions {
  home: string;
  /** Names the CLIP of the vectors. */
  model: string;
  clock?: Clock | undefined;
}

/**
 * Places works on the map of a home. The axes are kept: a new work gets a place beside its like, and the others stay where they are. When there are
 * twice as many works, axes are found anew, and turned so that the works move little.
 *
 * @param all vectors of all works of the gallery, in the order of their ids
 * @returns coordinates in the same order, mostly between -1 and 1
 * @throws every error of StateFile.change()
 */
export async function placeOnMap(all: Vectors, { home, model, clock }: MapOptions): Promise<{ x: Float32Array; y: Float32Array }> {
  const [x, y] = [new Float32Array(all.length), new Float32Array(all.length)];
  if (all.length === 0) return { x, y };
  const file = new StateFile(homeOf(home).state('map.json'), definition, clock ? { clock } : {});
  const isGood = (axes: Axes): boolean => axes.model === model && axes.mean.length === all[0]?.length && all.length < grownBy * axes.fitted;
  let axes = await file.read();
  if (!isGood(axes))
    axes = await file.change((state) => {
      // Another process may have found them meanwhile.
      if (!isGood(state)) Object.assign(state, newAxes(all, model, state));
      return structuredClone(state);
    });
  for (const [index, vector] of all.entries()) [x[index], y[index]] = pointOf(axes, vector) as [number, number];
  return { x, y };
}
