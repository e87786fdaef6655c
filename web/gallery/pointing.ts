/** What pointers do on the grid: one set of listeners for all tiles. */
import { focused } from './place-kept.ts';
import { chooseRange, isSelecting, previewRange, toggle } from './selection.ts';

const longPressMs = 500;
/** A finger that moves farther than this scrolls, pixels. */
const steady = 10;

/** The index of the work at an event; undefined: it is beside the tiles. */
function indexAt(event: Event): number | undefined {
  const tile = event.target instanceof Element ? event.target.closest('li')?.querySelector<HTMLElement>('[data-index]') : undefined;
  return tile?.dataset['index'] === undefined ? undefined : Number(tile.dataset['index']);
}

let press: { timer: number; x: number; y: number } | undefined;
/** A long press has chosen: the click that follows it means nothing. */
let isPressed = false;

function endPress(): void {
  clearTimeout(press?.timer);
  press = undefined;
}

function choose(event: MouseEvent, index: number): void {
  event.preventDefault();
  if (event.shiftKey) chooseRange(index);
  else toggle(index);
}

/** What pointers do where works can only be looked at. */
export const looking = {
  onClick: (event: MouseEvent): void => {
    focused.value = indexAt(event) ?? focused.value;
  },
};

export const pointing = {
  onClick: (event: MouseEvent): void => {
    const index = indexAt(event);
    if (index === undefined) return;
    focused.value = index;
    if (isPressed) {
      isPressed = false;
      event.preventDefault();
      return;
    }
    const isBox = event.target instanceof Element && event.target.closest('[data-check]') !== null;
    // The key Enter opens, also while others are chosen: its click has no count.
    const isKey = event.detail === 0 && !isBox;
    if (isBox || event.shiftKey || event.ctrlKey || event.metaKey || (isSelecting.peek() && !isKey)) {
      choose(event, index);
      // The box is no stop of the keyboard: the tile is.
      if (isBox && event.target instanceof Element)
        event.target.closest('li')?.querySelector<HTMLElement>('[data-index]')?.focus({ preventScroll: true });
    }
  },
  onPointerDown: (event: PointerEvent): void => {
    isPressed = false;
    endPress();
    const index = indexAt(event);
    if (event.pointerType === 'mouse' || index === undefined) return;
    const timer = window.setTimeout(() => {
      isPressed = true;
      press = undefined;
      toggle(index);
      navigator.vibrate?.(10);
    }, longPressMs);
    press = { timer, x: event.clientX, y: event.clientY };
  },
  onPointerMove: (event: PointerEvent): void => {
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > steady) endPress();
    if (event.pointerType === 'mouse') previewRange(event.shiftKey ? indexAt(event) : undefined);
  },
  onPointerUp: endPress,
  onPointerCancel: endPress,
  onPointerLeave: (): void => previewRange(undefined),
  // The menu of the browser would open over the work that the long press has chosen.
  onContextMenu: (event: MouseEvent): void => {
    if (isPressed) event.preventDefault();
  },
};
