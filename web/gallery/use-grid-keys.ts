import { useLayoutEffect, useRef } from 'preact/hooks';
import { handleKeys } from '../keys/listen.ts';
import { type Layout, rowAt } from './layout.ts';
import { moved, moves } from './move-focus.ts';
import { focused, wantsFocus } from './place-kept.ts';
import { chooseAll, chooseRange, clearSelection, isSelecting, toggle } from './selection.ts';
import { columns } from './shown-works.ts';

const isTile = (): boolean => document.activeElement instanceof HTMLElement && document.activeElement.dataset['index'] !== undefined;

/** Whether all works of the list are known, not only the first. */
const isWhole = (): boolean => columns.peek()?.count === columns.peek()?.total;

/** Keys of the grid: arrows move the focus, space chooses, with shift a range. */
export function useGridKeys(
  layout: Layout | undefined,
  viewport: number,
  topOf: () => number,
  { isInFront, hasActions }: { isInFront: boolean; hasActions: boolean },
): void {
  /** Set when the last work was asked for while only the first of the list were known: where the focus went instead. */
  const early = useRef<{ at: number; withShift: boolean } | undefined>(undefined);
  useLayoutEffect(() => {
    if (!layout || !isInFront) return;
    const move = (by: (typeof moves)[number], withShift: boolean): void => {
      const from = focused.peek() ?? layout.firsts[rowAt(layout, topOf())] ?? 0;
      // The first key only shows where the focus is.
      const to = isTile() ? moved(layout, from, by, viewport) : by === 'first' || by === 'last' ? moved(layout, from, by, viewport) : from;
      wantsFocus.value = true;
      if (withShift && hasActions) {
        if (!isSelecting.peek()) toggle(from);
        chooseRange(to);
      }
      focused.value = to;
      early.current = by === 'last' && !isWhole() ? { at: to, withShift } : undefined;
    };
    // The rest of the list has come: on to its end, unless the focus has moved since.
    if (early.current && isWhole()) {
      const { at, withShift } = early.current;
      early.current = undefined;
      if (focused.peek() === at) move('last', withShift);
    }
    const moving = Object.fromEntries(moves.map((one) => [one, (_: string, event: KeyboardEvent) => move(one, event.shiftKey)]));
    if (!hasActions) return handleKeys(moving);
    return handleKeys({
      ...moving,
      // Space presses buttons everywhere else.
      choose: (_, event) => {
        if (!isTile() || focused.peek() === undefined) return false;
        event.preventDefault();
        if (event.shiftKey) chooseRange(focused.peek() ?? 0);
        else toggle(focused.peek() ?? 0);
        return true;
      },
      chooseAll: () => {
        if ((columns.peek()?.count ?? 0) > 0) chooseAll();
      },
      clear: () => {
        if (!isSelecting.peek()) return false;
        clearSelection();
        return true;
      },
    });
  }, [layout, viewport, isInFront, hasActions]);
}
