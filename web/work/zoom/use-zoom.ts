import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { useSize } from '../../parts/use-size.ts';
import { listenToGestures } from './gestures.ts';
import { clamped, fit, fitted, mostScale, moved, type Sizes, type Zoom, zoomedAt, zoomStep } from './zoom.ts';

export interface ZoomControl {
  zoom: ReadonlySignal<Zoom>;
  /** undefined: the stage or the picture has no size yet. */
  sizes: Sizes | undefined;
  isZoomed(): boolean;
  /** By steps; negative: out. */
  step(steps: number): void;
  /** Between the whole picture and its real size, or twice the size where it is larger than that already. */
  toggle(): void;
  /** By shares of the stage. */
  pan(right: number, down: number): void;
}

export interface Swipes {
  drag(dx: number, dy: number): void;
  drop(dx: number, dy: number, isFast: boolean): void;
}

export const noSwipes: Swipes = { drag: () => undefined, drop: () => undefined };

const centre = { x: 0, y: 0 };

/**
 * Zooming of a picture in its stage; it begins anew with every picture.
 *
 * @param shared of two stages that are moved as one
 */
export function useZoom(
  stage: RefObject<HTMLElement | null>,
  picture: { id: string; width: number; height: number } | undefined,
  swipes: Swipes,
  shared?: Signal<Zoom>,
): ZoomControl {
  const own = useSignal<Zoom>(fitted);
  const zoom = shared ?? own;
  const size = useSize(stage);
  const sizes = useMemo(
    () => (picture && size.width > 0 && size.height > 0 ? fit(picture, size) : undefined),
    [picture?.width, picture?.height, size.width, size.height],
  );
  const latest = useRef({ sizes, picture, swipes });
  latest.current = { sizes, picture, swipes };
  useLayoutEffect(() => {
    zoom.value = fitted;
  }, [picture?.id]);
  useLayoutEffect(() => {
    if (sizes) zoom.value = clamped(zoom.peek(), sizes);
  }, [sizes]);

  const control = useMemo(() => {
    const isZoomed = (): boolean => zoom.peek().scale > 1.001;
    const by = (factor: number, at: { x: number; y: number }): void => {
      const { sizes: now, picture: shown } = latest.current;
      if (now && shown) zoom.value = zoomedAt(zoom.peek(), factor, at, now, mostScale(now, shown.width));
    };
    const toggle = (at = centre): void => {
      const { sizes: now, picture: shown } = latest.current;
      if (!now || !shown) return;
      if (isZoomed()) zoom.value = fitted;
      else by(Math.max(2, shown.width / now.fitWidth), at);
    };
    const move = (dx: number, dy: number): void => {
      const { sizes: now } = latest.current;
      if (now) zoom.value = moved(zoom.peek(), dx, dy, now);
    };
    return {
      isZoomed,
      by,
      toggle,
      move,
      step: (steps: number): void => by(zoomStep ** steps, centre),
      pan: (right: number, down: number): void => {
        const { sizes: now } = latest.current;
        if (now) move(-right * now.width, -down * now.height);
      },
    };
  }, []);

  useEffect(() => {
    const { current } = stage;
    if (!current) return;
    return listenToGestures(current, {
      isZoomed: control.isZoomed,
      move: control.move,
      zoom: control.by,
      toggle: control.toggle,
      drag: (dx, dy) => latest.current.swipes.drag(dx, dy),
      drop: (dx, dy, isFast) => latest.current.swipes.drop(dx, dy, isFast),
    });
  }, [control]);

  return { zoom, sizes, isZoomed: control.isZoomed, step: control.step, toggle: () => control.toggle(), pan: control.pan };
}
