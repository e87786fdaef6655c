/** Times two settings in turns. */
import { type Spread, spreadOf } from '../../bench/index.ts';
import { ArtistError } from '../../core/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { TunedSettings } from '../settings.ts';
import { type Painters, prompts } from './painters.ts';

/** A gain below this is not worth a setting. */
const leastGain = 0.02;
/** So much slower in the first two repeats that the others will not change it. */
const hopeless = 1.3;

export interface Comparison {
  before: Spread;
  after: Spread;
  /** Whether `candidate` is faster beyond the noise: by 2 % in the middle, and in three of four repeats. */
  isFaster: boolean;
  /** Pictures of the candidate. */
  pictures: ArtImage[];
}

export function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ArtistError('ERR_INTERNAL', `tune: expected ${what}, got none. Please report this`);
  return value;
}

export interface CompareOptions {
  repeats: number;
  /** Whether to measure all repeats, however slow it is. */
  isFinal?: boolean;
}

/** Each repeat paints one picture with both, first with one and then with the other. @throws ArtistError every error of Painters.paint() */
export async function compare(
  painters: Painters,
  [best, candidate]: readonly [TunedSettings, TunedSettings],
  { repeats, isFinal = false }: CompareOptions,
): Promise<Comparison> {
  const [before, after, ratios]: [number[], number[], number[]] = [[], [], []];
  const pictures: ArtImage[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const at = repeat % prompts.length;
    const turn = async (settings: TunedSettings, seconds: number[]): Promise<ArtImage> => {
      const painted = await painters.paint(settings, at);
      seconds.push(painted.seconds);
      return painted.image;
    };
    const isFirst = repeat % 2 === 1;
    if (isFirst) pictures[at] = await turn(candidate, after);
    await turn(best, before);
    if (!isFirst) pictures[at] = await turn(candidate, after);
    ratios.push(needed(after.at(-1), 'a time') / needed(before.at(-1), 'a time'));
    if (!isFinal && repeat === 1 && Math.min(...ratios) > hopeless) break;
  }
  const ratio = needed(spreadOf(ratios), 'a repeat');
  return {
    before: needed(spreadOf(before), 'a repeat'),
    after: needed(spreadOf(after), 'a repeat'),
    isFaster: ratio.median <= 1 - leastGain && ratio.high < 1,
    pictures,
  };
}
