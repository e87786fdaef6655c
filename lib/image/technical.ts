import * as z from 'zod';
import { answering, resolveOptions } from '../core/index.ts';
import { hashDistance, hashOfLuma, lumaGrid } from './perceptual-hash.ts';
import { checkRawImage, type RawImage } from './raw-image.ts';

/**
 * Technical gates: faults of a picture that can be found without judging its beauty. Pure functions on raw pixels; 0.6 ms for 128x128, some
 * 16 ms for a megapixel.
 */
export interface TechnicalMeasures {
  /** Mean luma, 0..255. */
  mean: number;
  /** Standard deviation of the luma on a 32x32 grid, 0..127.5: visible structure, since fine noise averages out. */
  contrast: number;
  /** Largest difference between the highest and the lowest value within one channel, 0..255. 0: one colour. */
  range: number;
  /** Share of pixels with every channel at 254 or 255. */
  clippedWhite: number;
  /** Share of pixels with every channel at 0 or 1. */
  clippedBlack: number;
  /** Share of pixels with every channel at an extreme, but not all at the same one: pure red, green, blue, cyan, magenta, yellow. */
  burnt: number;
  /** 64-bit perceptual hash, 16 hex digits. */
  hash: string;
}

export type TechnicalVerdict = 'nan-black' | 'blank' | 'blown-out' | 'duplicate';

export const technicalThresholds = z.strictObject({
  /** nan-black: one colour up to this range. A decoder returns exactly one value everywhere for NaN; 2 allows for rounding. */
  nanRange: z.number().min(0).default(2),
  /** blank: contrast below this. The flattest of the bundled model's 24 sample pictures has 15, a gradient over 10 grey levels 3. */
  blankContrast: z.number().min(0).default(4),
  /** blown-out: this share of white or of black. Good line art on pure white reaches 0.73 in the bundled model's samples. */
  clippedShare: z.number().min(0).max(1).default(0.98),
  /** blown-out: this share of burnt pixels, a result of far too high guidance. The bundled model's samples stay below 0.001. */
  burntShare: z.number().min(0).max(1).default(0.35),
  /** duplicate: perceptual hashes that differ in at most this many bits of 64. The closest two of the 24 samples differ in 16. */
  duplicateDistance: z.int().min(0).max(64).default(6),
});
export type TechnicalThresholds = z.input<typeof technicalThresholds>;

/** Measures a picture of 1, 2, 3 or 4 channels; ignores alpha. */
export const measureTechnical = answering('measureTechnical', (image: RawImage): TechnicalMeasures => {
  const raw = checkRawImage(image);
  const { data, channels, width, height } = raw;
  const colours = channels < 3 ? 1 : 3;
  const lowest = [255, 255, 255];
  const highest = [0, 0, 0];
  let white = 0;
  let black = 0;
  let ends = 0;
  for (let at = 0; at < data.length; at += channels) {
    let low = 0;
    let high = 0;
    for (let channel = 0; channel < colours; channel++) {
      const value = data[at + channel] ?? 0;
      if (value < (lowest[channel] ?? 0)) lowest[channel] = value;
      if (value > (highest[channel] ?? 0)) highest[channel] = value;
      if (value <= 1) low++;
      else if (value >= 254) high++;
    }
    if (high === colours) white++;
    else if (low === colours) black++;
    else if (low + high === colours) ends++;
  }
  const pixels = width * height;
  const grid = lumaGrid(raw, 32, 32);
  const mean = grid.reduce((sum, value) => sum + value, 0) / grid.length;
  const variance = grid.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grid.length;
  const ranges = lowest.slice(0, colours).map((low, channel) => (highest[channel] ?? 0) - low);
  return {
    mean,
    contrast: Math.sqrt(variance),
    range: Math.max(...ranges),
    clippedWhite: white / pixels,
    clippedBlack: black / pixels,
    burnt: ends / pixels,
    hash: hashOfLuma(grid),
  };
});

export interface TechnicalJudgement {
  /** Empty if the picture passes. */
  verdicts: { verdict: TechnicalVerdict; reason: string }[];
  measures: TechnicalMeasures;
}

/**
 * Judges a measured picture. `known` are the hashes of the pictures kept so far.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function judgeTechnical(
  measures: TechnicalMeasures,
  known: readonly string[] = [],
  thresholds: TechnicalThresholds = {},
): TechnicalJudgement {
  const limit = resolveOptions('judgeTechnical', technicalThresholds, thresholds);
  const verdicts: TechnicalJudgement['verdicts'] = [];
  const add = (verdict: TechnicalVerdict, reason: string): number => verdicts.push({ verdict, reason });
  const { contrast, range, clippedWhite, clippedBlack, burnt, hash } = measures;
  // A single colour is also blank; report only the more specific fault.
  if (range <= limit.nanRange) add('nan-black', `one colour everywhere (range ${range} of at most ${limit.nanRange})`);
  else if (contrast < limit.blankContrast) add('blank', `contrast ${contrast.toFixed(2)} below ${limit.blankContrast}`);
  if (Math.max(clippedWhite, clippedBlack) >= limit.clippedShare)
    add('blown-out', `${Math.round(100 * Math.max(clippedWhite, clippedBlack))} % clipped`);
  else if (burnt >= limit.burntShare) add('blown-out', `${Math.round(100 * burnt)} % of the pixels in a burnt colour`);
  const distance = Math.min(65, ...known.map((other) => hashDistance(hash, other)));
  if (distance <= limit.duplicateDistance) add('duplicate', `${distance} of 64 bits differ from a known picture`);
  return { verdicts, measures };
}

/** measureTechnical and judgeTechnical in one. */
export function checkTechnical(image: RawImage, known: readonly string[] = [], thresholds: TechnicalThresholds = {}): TechnicalJudgement {
  return judgeTechnical(measureTechnical(image), known, thresholds);
}
