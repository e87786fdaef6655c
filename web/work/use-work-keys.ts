import { useLayoutEffect } from 'preact/hooks';
import type { Change } from '../api/works.ts';
import { handleKeys } from '../keys/listen.ts';
import { stageKeys, type Ways } from './zoom/use-stage.ts';
import type { ZoomControl } from './zoom/use-zoom.ts';

interface WorkKeys extends Ways {
  control: ZoomControl;
  change: (wanted: Change) => void;
  isStarred: boolean;
  details: () => void;
  hide: () => void;
  note: () => void;
  trash: () => void;
  why: () => void;
  compare: () => void;
  full: () => void;
}

/** Keys of an open work of the gallery. */
export function useWorkKeys({ control, next, previous, close, change, isStarred, ...actions }: WorkKeys): void {
  useLayoutEffect(() =>
    handleKeys({
      ...stageKeys(control, { next, previous, close }),
      rate: (key) => change({ rating: key === '0' ? null : Number(key) }),
      pick: () => change({ flag: 'pick' }),
      reject: () => change({ flag: 'reject' }),
      unflag: () => change({ flag: 'none' }),
      star: () => change({ star: !isStarred }),
      ...actions,
    }),
  );
}
