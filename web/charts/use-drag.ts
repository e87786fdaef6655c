import { useState } from 'preact/hooks';

type Places = readonly [from: number, to: number];
type On = PointerEvent & { currentTarget: HTMLElement };

export interface Drag {
  /** While dragging, from left to right: distances from the left edge of the element, CSS pixels. */
  dragged: Places | undefined;
  events: {
    onPointerDown: (event: On) => void;
    onPointerMove: (event: On) => void;
    onPointerUp: () => void;
    onPointerCancel: () => void;
  };
}

/** A shorter way is a click with an unsteady hand. */
const shortest = 6;

/** Chooses a part of an element by dragging across it. */
export function useDrag(onChosen: (places: Places) => void): Drag {
  const [way, setWay] = useState<Places | undefined>(undefined);
  const place = ({ clientX, currentTarget }: On): number => clientX - currentTarget.getBoundingClientRect().left;
  const end = (): void => setWay(undefined);
  const dragged: Places | undefined = way && Math.abs(way[1] - way[0]) >= shortest ? [Math.min(...way), Math.max(...way)] : undefined;
  return {
    dragged,
    events: {
      onPointerDown: (event) => {
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setWay([place(event), place(event)]);
      },
      onPointerMove: (event) => way && setWay([way[0], place(event)]),
      onPointerUp: () => {
        if (dragged) onChosen(dragged);
        end();
      },
      onPointerCancel: end,
    },
  };
}
