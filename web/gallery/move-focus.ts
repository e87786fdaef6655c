/** Where the keys lead in the grid. */
import type { KeyAction } from '../keys/table.ts';
import { type Layout, rowAt, rowOfWork } from './layout.ts';

/** Actions that move the focus. */
export const moves = ['left', 'right', 'up', 'down', 'first', 'last', 'pageUp', 'pageDown'] as const satisfies readonly KeyAction[];
export type Move = (typeof moves)[number];

/** The work of a row whose middle is nearest. */
function nearestIn(layout: Layout, row: number, x: number): number {
  const [from, to] = [layout.firsts[row] ?? 0, layout.firsts[row + 1] ?? 0];
  let [best, distance] = [from, Number.POSITIVE_INFINITY];
  for (let index = from; index < to; index++) {
    const away = Math.abs((layout.lefts[index] ?? 0) + (layout.widths[index] ?? 0) / 2 - x);
    if (away < distance) [best, distance] = [index, away];
  }
  return best;
}

/** The work to which a key leads from another one. */
export function moved(layout: Layout, index: number, move: Move, viewport: number): number {
  const last = layout.lefts.length - 1;
  const row = rowOfWork(layout, index);
  const x = (layout.lefts[index] ?? 0) + (layout.widths[index] ?? 0) / 2;
  const inRow = (wanted: number): number => (wanted < 0 || wanted >= layout.rows ? index : nearestIn(layout, wanted, x));
  const page = (by: number): number => nearestIn(layout, rowAt(layout, Math.max(0, (layout.tops[row] ?? 0) + by)), x);
  switch (move) {
    case 'left':
      return Math.max(0, index - 1);
    case 'right':
      return Math.min(last, index + 1);
    case 'up':
      return inRow(row - 1);
    case 'down':
      return inRow(row + 1);
    case 'first':
      return 0;
    case 'last':
      return last;
    case 'pageUp':
      return page(-viewport);
    case 'pageDown':
      return page(viewport);
  }
}
