/** Numbers of results as text. */
import type { Spread } from './statistics.ts';

/** Three significant digits: 0.0123, 1.23, 123, 12300. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = value.toPrecision(3);
  return text.includes('e') ? String(Math.round(value)) : text;
}

/** `1.23 [1.20, 1.31]`: the median and the quartiles. */
export const spreadText = ({ median, low, high }: Spread): string => `${short(median)} [${short(low)}, ${short(high)}]`;

/** `×1.24`, `≈` where the difference is noise. */
export const ratioText = (ratio: number, isNoise: boolean): string => (isNoise ? '≈' : `×${short(ratio)}`);
