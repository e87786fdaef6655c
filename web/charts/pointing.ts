/** Pointing at one of the slots of a chart, by pointer or by keys. */

export interface PointingEvents {
  onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => void;
  onPointerLeave: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onBlur: () => void;
}

export interface Pointing {
  count: number;
  /** The slot that is pointed at; undefined: none. */
  at: number | undefined;
  set: (slot: number | undefined) => void;
  /** Where the slots begin and end within the element, CSS pixels. */
  inset: { left: number; right: number };
  /** The slot at a place between the first edge, 0, and the last, 1. */
  slotAt: (part: number) => number;
}

export function pointing({ count, at, set, inset, slotAt }: Pointing): PointingEvents {
  const point = (slot: number): void => set(Math.min(count - 1, Math.max(0, slot)));
  const clear = (): void => set(undefined);
  const page = Math.max(10, Math.round(count / 20));
  return {
    onPointerMove: ({ clientX, currentTarget }) => {
      const { left, width } = currentTarget.getBoundingClientRect();
      const inner = width - inset.left - inset.right;
      if (inner > 0 && count > 0) point(slotAt((clientX - left - inset.left) / inner));
    },
    onPointerLeave: clear,
    onBlur: clear,
    onKeyDown: (event) => {
      const [before, after] = [at ?? count, at ?? -1];
      const target = {
        ArrowRight: after + 1,
        ArrowUp: after + 1,
        ArrowLeft: before - 1,
        ArrowDown: before - 1,
        PageUp: after + page,
        PageDown: before - page,
        Home: 0,
        End: count - 1,
      }[event.key];
      if (event.key === 'Escape' && at !== undefined) clear();
      else if (target !== undefined && count > 0) point(target);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
