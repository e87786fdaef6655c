/** Parts of an axis of whole numbers. */
import type { Span } from './line.ts';

/** A span within another, of whole numbers and not empty; undefined: all of it. */
export function spanWithin([from, to]: Span, [first, last]: Span): Span | undefined {
  const width = Math.min(last - first, Math.max(1, Math.round(to - from)));
  const start = Math.min(last - width, Math.max(first, Math.round(from)));
  return width >= last - first ? undefined : [start, start + width];
}

/** A span of `times` the width, with the same place at `around` where it can be. */
export function zoomed([from, to]: Span, { times, around, all }: { times: number; around: number; all: Span }): Span | undefined {
  const width = (to - from) * times;
  return spanWithin([around - width / 2, around + width / 2], all);
}
