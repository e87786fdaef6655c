import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { useZoom, type ZoomControl } from './use-zoom.ts';

/** A swipe that is longer than this share of the stage goes to another work; a pull that is longer closes. */
const farEnough = 0.2;
/** A fast one may be shorter, pixels. */
const fastEnough = 40;
/** Share of the stage that an arrow key moves a picture which is zoomed. */
const panShare = 0.15;

/** Where the finger has dragged the picture to, CSS pixels. */
export interface Drag {
  x: number;
  y: number;
}

/** Where one goes from an open work. */
export interface Ways {
  next(): void;
  previous(): void;
  close(): void;
}

export interface StageControl {
  stage: RefObject<HTMLDivElement | null>;
  control: ZoomControl;
  drag: Signal<Drag>;
}

/** The stage of an open work: its picture is zoomed and moved, swiped to the next one, and pulled down to close. */
export function useStage(
  picture: { id: string; width: number; height: number } | undefined,
  { next, previous, close }: Ways,
): StageControl {
  const stage = useRef<HTMLDivElement>(null);
  const drag = useSignal<Drag>({ x: 0, y: 0 });
  const control = useZoom(stage, picture, {
    drag: (dx, dy) => {
      drag.value = Math.abs(dx) > Math.abs(dy) ? { x: dx, y: 0 } : { x: 0, y: dy };
    },
    drop: (dx, dy, isFast) => {
      drag.value = { x: 0, y: 0 };
      const [width, height] = [control.sizes?.width ?? 0, control.sizes?.height ?? 0];
      const isFar = (way: number, size: number): boolean => way > farEnough * size || (isFast && way > fastEnough);
      if (Math.abs(dx) <= Math.abs(dy)) {
        if (isFar(dy, height)) close();
      } else if (isFar(Math.abs(dx), width)) (dx < 0 ? next : previous)();
    },
  });
  return { stage, control, drag };
}

/** Keys of an open work, for handleKeys(). Arrows go to other works, or move the picture while it is zoomed. */
export function stageKeys(control: ZoomControl, { next, previous, close }: Ways) {
  const either = (right: number, other: () => void) => (): void => {
    if (control.isZoomed()) control.pan(right * panShare, 0);
    else other();
  };
  return {
    next: either(1, next),
    previous: either(-1, previous),
    panUp: () => control.pan(0, -panShare),
    panDown: () => control.pan(0, panShare),
    zoomIn: () => control.step(1),
    zoomOut: () => control.step(-1),
    zoomFit: control.toggle,
    close,
  };
}
