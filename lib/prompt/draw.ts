import { ArtistError, type RandomSource, seededRandom } from '../core/index.ts';
import { type DerivedChoice, type DerivedOption, mostListed } from './derivation.ts';

export interface Weighted {
  value: string;
  /** 0: never. */
  weight: number;
}

/** The random numbers of a prompt, from the picture's seed. A separate stream, so that subject and noise are independent. */
export function promptRandom(seed: number): RandomSource {
  return seededRandom((seed ^ Math.floor(seed / 2 ** 32) ^ 0x70726f6d) >>> 0);
}

/** The fields of a record that describe the options. */
export function offeredOf(options: readonly DerivedOption[]): Pick<DerivedChoice, 'of' | 'offered'> {
  return { of: options.length, ...(options.length <= mostListed && { offered: [...options] }) };
}

export interface Drawn {
  index: number;
  how: 'only' | 'drawn';
  draw?: number;
}

/**
 * Draws an option by weight. With a single option it draws no random number.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: nothing has a weight above 0
 */
export function drawWeighted(options: readonly Weighted[], chance: RandomSource, name: string): Drawn {
  const total = options.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected an option with a weight above 0, got ${options.length === 0 ? 'no option' : 'none'}`,
    );
  const possible = options.filter(({ weight }) => weight > 0).length;
  if (possible === 1) return { index: options.findIndex(({ weight }) => weight > 0), how: 'only' };
  const draw = chance();
  let left = draw * total;
  let last = 0;
  for (const [index, { weight }] of options.entries()) {
    if (weight <= 0) continue;
    last = index;
    left -= weight;
    if (left < 0) break;
  }
  return { index: last, how: 'drawn', draw };
}
