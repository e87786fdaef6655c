import { useEffect } from 'preact/hooks';
import type { Change } from '../api/works.ts';
import { handleKeys } from '../keys/listen.ts';
import type { ZoomControl } from './zoom/use-zoom.ts';

interface WorkKeys {
  control: ZoomControl;
  next: () => void;
  previous: () => void;
  close: () => void;
  change: (wanted: Change) => void;
  isStarred: boolean;
  details: () => void;
  trash: () => void;
  why: () => void;
  compare: () => void;
  full: () => void;
}

/** Share of the stage that an arrow key moves a picture which is zoomed. */
const panShare = 0.15;

/** Keys of an open work. Arrows go to other works, or move the picture while it is zoomed. */
export function useWorkKeys({ control, next, previous, close, change, isStarred, details, trash, why, compare, full }: WorkKeys): void {
  const either = (right: number, other: () => void) => (): void => {
    if (control.isZoomed()) control.pan(right * panShare, 0);
    else other();
  };
  useEffect(() =>
    handleKeys({
      next: either(1, next),
      previous: either(-1, previous),
      panUp: () => control.pan(0, -panShare),
      panDown: () => control.pan(0, panShare),
      zoomIn: () => control.step(1),
      zoomOut: () => control.step(-1),
      zoomFit: control.toggle,
      close,
      rate: (key) => change({ rating: key === '0' ? null : Number(key) }),
      pick: () => change({ flag: 'pick' }),
      reject: () => change({ flag: 'reject' }),
      unflag: () => change({ flag: 'none' }),
      star: () => change({ star: !isStarred }),
      details,
      trash,
      why,
      compare,
      full,
    }),
  );
}
