/** How long a picture takes here. */
import type { ModelAlias, ModelDefaults } from '../models/index.ts';
import { bundledModel, bundledName } from '../models/index.ts';
import { changesBetween, type Surroundings, type Tuning } from '../tune/index.ts';
import type { Speed } from './speed.ts';
import { type PictureWork, workOf } from './work.ts';

/**
 * What a network reaches of the product of its weights' type, and decoding of a convolution: between what two processors reached. docs/models.md has the
 * figures, and says how far off estimates were.
 */
const reached = { network: 0.7, rest: 0.8 } as const;

export interface Expected {
  /** Of one picture with the model's defaults, without loading the model. */
  seconds: number;
  /** tune: pictures by this model, timed by `ai-artist tune`. painted: one picture by this model. speed: operations of a picture by the speed of the machine. */
  from: 'tune' | 'painted' | 'speed';
}

/** What is known of this machine. */
export interface Known {
  speed: Speed;
  tunings: readonly Tuning[];
}

/** By the seconds of a step: the record may have been measured with fewer steps, but other sizes do not scale so. */
function tunedSeconds(
  name: string,
  { width, height, steps }: ModelDefaults,
  now: Surroundings,
  tunings: readonly Tuning[],
): number | undefined {
  const found = tunings.find(
    ({ model, surroundings, measured }) =>
      model.name === name && measured.width === width && measured.height === height && changesBetween(surroundings, now).length === 0,
  );
  return found && (found.measured.after.median * steps) / found.measured.steps;
}

function expected(name: string, defaults: ModelDefaults, { speed, tunings }: Known, otherwise: Expected | undefined): Expected | undefined {
  const seconds = tunedSeconds(name, defaults, speed.surroundings, tunings);
  return seconds === undefined ? otherwise : { seconds, from: 'tune' };
}

/** Of the bundled model. */
export const expectedOfBundled = (known: Known): Expected | undefined =>
  expected(bundledName, bundledModel().defaults, known, { seconds: known.speed.bundledSeconds, from: 'painted' });

/** Seconds of so much work on a machine; undefined: its device cannot multiply such weights. */
export function secondsOf(
  { network, rest, type }: PictureWork,
  { products, convolution }: Pick<Speed, 'products' | 'convolution'>,
): number | undefined {
  const product = products[type];
  if (product === undefined) return undefined;
  return network / (product * 1e12 * reached.network) + rest / ((convolution ?? product) * 1e12 * reached.rest);
}

/** @returns undefined: what there is to compute is not known, or the device cannot multiply such weights */
export function expectedOf(alias: ModelAlias, known: Known): Expected | undefined {
  const work = workOf(alias);
  const seconds = work && secondsOf(work, known.speed);
  return expected(alias.name, alias.defaults, known, seconds === undefined ? undefined : { seconds, from: 'speed' });
}
