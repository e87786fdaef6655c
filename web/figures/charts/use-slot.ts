import { useEffect, useState } from 'preact/hooks';

const page = 10;

export interface SlotChoice {
  /** The slot that is pointed at; undefined: none. */
  at: number | undefined;
  onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => void;
  onPointerLeave: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onBlur: () => void;
}

/** Points at a slot of a chart, by pointer or arrow keys. @param inset where the slots begin and end within the element, CSS pixels */
export function useSlot(count: number, inset: { left: number; right: number }): SlotChoice {
  const [at, setAt] = useState<number | undefined>(undefined);
  useEffect(() => setAt(undefined), [count]);
  const clamped = (slot: number): number => Math.min(count - 1, Math.max(0, slot));
  const clear = (): void => setAt(undefined);
  return {
    at: at !== undefined && at < count ? at : undefined,
    onPointerMove: ({ clientX, currentTarget }) => {
      const { left, width } = currentTarget.getBoundingClientRect();
      const inner = width - inset.left - inset.right;
      if (inner > 0 && count > 0) setAt(clamped(Math.floor(((clientX - left - inset.left) / inner) * count)));
    },
    onPointerLeave: clear,
    onBlur: clear,
    onKeyDown: (event) => {
      const from = at ?? count;
      const target = {
        ArrowRight: (at ?? -1) + 1,
        ArrowUp: (at ?? -1) + 1,
        ArrowLeft: from - 1,
        ArrowDown: from - 1,
        PageUp: (at ?? -1) + page,
        PageDown: from - page,
        Home: 0,
        End: count - 1,
      }[event.key];
      if (event.key === 'Escape' && at !== undefined) clear();
      else if (target !== undefined && count > 0) setAt(clamped(target));
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
