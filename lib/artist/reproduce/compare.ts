import { answering } from '../../core/index.ts';
import { type PixelDifference, pixelDifference } from '../../image/index.ts';

export type { PixelDifference };

/** Peak signal-to-noise ratio from which a picture of another machine counts as the same, dB. The difference is then invisible. */
export const closeEnough = 40;

/** Compares two pictures pixel by pixel; undefined: their sizes or numbers of channels differ. */
export const comparePixels = answering('comparePixels', pixelDifference);
