import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { listenToGestures } from '../../work/zoom/gestures.ts';

export interface Pointing {
  move(dx: number, dy: number): void;
  /** @param at from the middle of the stage, CSS pixels */
  zoom(factor: number, at: { x: number; y: number }): void;
  /** Where the mouse is; undefined: not on the map. Once a frame at most. */
  hover(at: { x: number; y: number } | undefined): void;
  tap(at: { x: number; y: number }, isTouch: boolean): void;
}

/** More than this is a drag. */
const steady = 6;
const doubleTapFactor = 2.5;

/** What mouse, fingers and wheel do on the map. */
export function usePointing(stage: RefObject<HTMLElement | null>, pointing: Pointing): void {
  const latest = useRef(pointing);
  latest.current = pointing;
  useEffect(() => {
    const { current } = stage;
    if (!current) return;
    const stop = listenToGestures(current, {
      isZoomed: () => true,
      move: (dx, dy) => latest.current.move(dx, dy),
      zoom: (factor, at) => latest.current.zoom(factor, at),
      toggle: (at) => latest.current.zoom(doubleTapFactor, at),
      drag: () => undefined,
      drop: () => undefined,
    });
    const stopTaps = listenToTaps(current, () => latest.current);
    return () => {
      stop();
      stopTaps();
    };
  }, []);
}

function listenToTaps(element: HTMLElement, pointing: () => Pointing): () => void {
  let from: { x: number; y: number } | undefined;
  let frame = 0;
  const fromMiddle = ({ clientX, clientY }: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  };
  const isOnMap = ({ target }: Event): boolean => !(target instanceof Element && target.closest('button, a, input'));
  const onDown = (event: PointerEvent): void => {
    from = isOnMap(event) && event.button === 0 && event.isPrimary ? { x: event.clientX, y: event.clientY } : undefined;
  };
  const onUp = (event: PointerEvent): void => {
    const isTap = from && Math.hypot(event.clientX - from.x, event.clientY - from.y) <= steady;
    from = undefined;
    if (isTap) pointing().tap(fromMiddle(event), event.pointerType !== 'mouse');
  };
  const hover = (at: { x: number; y: number } | undefined): void => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => pointing().hover(at));
  };
  const onMove = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse') hover(event.buttons === 0 && isOnMap(event) ? fromMiddle(event) : undefined);
  };
  const onLeave = ({ pointerType }: PointerEvent): void => {
    if (pointerType === 'mouse') hover(undefined);
  };
  element.addEventListener('pointerdown', onDown);
  element.addEventListener('pointerup', onUp);
  element.addEventListener('pointermove', onMove);
  element.addEventListener('pointerleave', onLeave);
  return () => {
    cancelAnimationFrame(frame);
    element.removeEventListener('pointerdown', onDown);
    element.removeEventListener('pointerup', onUp);
    element.removeEventListener('pointermove', onMove);
    element.removeEventListener('pointerleave', onLeave);
  };
}
