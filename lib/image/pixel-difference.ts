/** How far two pictures differ. No imports but types: the page bundles this file. */
import type { RawImage } from './raw-image.ts';

export interface PixelDifference {
  /** Every byte is the same. */
  exact: boolean;
  /** Peak signal-to-noise ratio over all channels, 10·log10(255² / mean squared difference), dB. null: exact (the ratio is infinite), or not comparable. */
  psnr: number | null;
  /** Share of the pixels that differ, 0..1. */
  differing: number;
  /** Largest difference of one channel, 0..255. */
  largest: number;
}

/** Compares two pictures pixel by pixel; undefined: their sizes or numbers of channels differ. */
export function pixelDifference(a: RawImage, b: RawImage): PixelDifference | undefined {
  if (a.width !== b.width || a.height !== b.height || a.channels !== b.channels) return undefined;
  const { channels } = a;
  let squares = 0;
  let largest = 0;
  let differing = 0;
  for (let at = 0; at < a.data.length; at += channels) {
    let differs = false;
    for (let channel = at; channel < at + channels; channel++) {
      const difference = Math.abs((a.data[channel] ?? 0) - (b.data[channel] ?? 0));
      if (difference === 0) continue;
      differs = true;
      squares += difference * difference;
      largest = Math.max(largest, difference);
    }
    if (differs) differing++;
  }
  const exact = squares === 0;
  return {
    exact,
    psnr: exact ? null : 10 * Math.log10((255 * 255 * a.data.length) / squares),
    differing: differing / (a.width * a.height),
    largest,
  };
}
