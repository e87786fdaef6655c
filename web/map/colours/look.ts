import type { Look } from '../points/paint.ts';
import type { Classes, Legend } from './classes.ts';
import { paletteOf, pixelOf } from './palette.ts';

/** Colour of a class, #rrggbb. Ratings have five steps, spans of time up to six. */
export function colourOf({ step }: Legend, isOrdered: boolean, isDark: boolean): string {
  const { names, steps, none } = paletteOf(isDark);
  if (step === undefined) return none;
  return (isOrdered ? steps[step % steps.length] : names[step % names.length]) ?? none;
}

/** What stands out: the works of a search, or those of one class. */
export interface Bright {
  found: Uint8Array | undefined;
  shownClass: number | undefined;
}

export function lookOf(
  classes: Classes | undefined,
  { found, shownClass }: Bright,
  count: number,
  { paper, isDark }: { paper: number; isDark: boolean },
): Look {
  const of = classes?.of ?? new Uint8Array(count);
  const colours = classes?.legend.map((one) => pixelOf(colourOf(one, classes.isOrdered, isDark))) ?? [pixelOf(paletteOf(isDark).none)];
  const isBright = (index: number): boolean =>
    (found === undefined || found[index] === 1) && (shownClass === undefined || of[index] === shownClass);
  const bright = found === undefined && shownClass === undefined ? undefined : isBright;
  return { paper, colours: Uint32Array.from(colours), classes: of, bright, dim: pixelOf(paletteOf(isDark).dim) };
}
