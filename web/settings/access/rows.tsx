import type { ComponentChildren } from 'preact';
import { Empty } from '../../form/sections.tsx';

/** Items below each other in a frame, or a line that says that there are none. */
export function Rows<T>({ of, none, children }: { of: readonly T[]; none: string; children: (item: T) => ComponentChildren }) {
  if (of.length === 0) return <Empty>{none}</Empty>;
  return <ul class="divide-y divide-line rounded-md border border-line">{of.map(children)}</ul>;
}
