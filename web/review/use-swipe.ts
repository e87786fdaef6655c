import { useState } from 'preact/hooks';

export type Direction = 'left' | 'right' | 'up' | 'down';
/** From here on a movement means something, pixels. */
const least = 60;

export interface Swipe {
  /** How far the finger has moved, pixels. */
  x: number;
  y: number;
  /** What happens when it is lifted now. */
  direction: Direction | undefined;
}

function directionOf(x: number, y: number): Direction | undefined {
  if (Math.max(Math.abs(x), Math.abs(y)) < least) return undefined;
  if (Math.abs(x) > Math.abs(y)) return x < 0 ? 'left' : 'right';
  return y < 0 ? 'up' : 'down';
}

const still: Swipe = { x: 0, y: 0, direction: undefined };

/** Swipes of a finger or pen over an element; a mouse has buttons and keys. */
export function useSwipe(onSwipe: (direction: Direction) => void) {
  const [start, setStart] = useState<{ pointer: number; x: number; y: number } | undefined>(undefined);
  const [swipe, setSwipe] = useState(still);
  const end = (): void => {
    setStart(undefined);
    setSwipe(still);
  };
  return {
    swipe,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        if (event.pointerType === 'mouse' || !event.isPrimary) return;
        setStart({ pointer: event.pointerId, x: event.clientX, y: event.clientY });
      },
      onPointerMove: (event: PointerEvent) => {
        if (event.pointerId !== start?.pointer) return;
        const [x, y] = [event.clientX - start.x, event.clientY - start.y];
        setSwipe({ x, y, direction: directionOf(x, y) });
      },
      onPointerUp: (event: PointerEvent) => {
        if (event.pointerId !== start?.pointer) return;
        const direction = directionOf(event.clientX - start.x, event.clientY - start.y);
        end();
        if (direction) onSwipe(direction);
      },
      onPointerCancel: end,
    },
  };
}
