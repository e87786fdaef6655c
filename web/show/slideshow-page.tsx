import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { whenSignedIn } from '../api/session.ts';
import { type Change, rowOf } from '../api/works.ts';
import { handleKeys } from '../keys/listen.ts';
import { goBack, hrefOf, place } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { decide } from '../review/decision-queue.ts';
import { useSwipe } from '../review/use-swipe.ts';
import { useWakeLock } from '../review/wake-lock.ts';
import { t } from '../texts/text.ts';
import { toggleFull } from '../work/full-screen.ts';
import { Layers } from './layers.tsx';
import { type Show, useShow } from './show.ts';
import { ShowControls } from './show-controls.tsx';

/** After which the controls leave, milliseconds. */
const restMs = 3000;

/** Whether somebody did something a moment ago. */
function useAwake(): { isAwake: boolean; wake: () => void } {
  const [isAwake, setAwake] = useState(true);
  const timer = useRef<number | undefined>(undefined);
  const wake = (): void => {
    clearTimeout(timer.current);
    setAwake(true);
    timer.current = window.setTimeout(() => setAwake(false), restMs);
  };
  useEffect(() => {
    wake();
    return () => clearTimeout(timer.current);
  }, []);
  return { isAwake, wake };
}

const isOnButton = (event: KeyboardEvent): boolean => event.target instanceof Element && event.target.closest('button, a') !== null;

/** The works of a query, full size, one after the other. */
export function SlideshowPage() {
  const [isPlaying, setPlaying] = useState(true);
  const { show, seconds } = useShow(isPlaying);
  const { isAwake, wake } = useAwake();
  useWakeLock(isPlaying);
  const id = show.shown.value?.now;
  const row = id === undefined ? undefined : rowOf(id).value;
  const change = (wanted: Change): void => {
    wake();
    if (id !== undefined) whenSignedIn(() => decide(id, wanted));
  };
  const { q, sort, seed } = place.value.query;
  const close = (): void => goBack(hrefOf('', { q, sort, seed }));
  useLayoutEffect(() =>
    handleKeys({
      next: () => show.move(1),
      previous: () => show.move(-1),
      pause: (_, event) => !isOnButton(event) && setPlaying(!isPlaying),
      rate: (key) => change({ rating: key === '0' ? null : Number(key) }),
      pick: () => change({ flag: 'pick' }),
      reject: () => change({ flag: 'reject' }),
      unflag: () => change({ flag: 'none' }),
      star: () => change({ star: !row?.star }),
      fillScreen: toggleFull,
      close,
    }),
  );
  const { handlers } = useSwipe((to) => {
    if (to === 'left') show.move(1);
    if (to === 'right') show.move(-1);
    if (to === 'down') close();
  });
  const hasControls = isAwake || !isPlaying;
  return (
    <div
      class={`absolute inset-0 overflow-hidden bg-black text-white ${hasControls ? '' : 'cursor-none'}`}
      onPointerMove={wake}
      onPointerDown={wake}
      onFocusIn={wake}
    >
      <h1 class="sr-only">{t('show.title')}</h1>
      <div class="absolute inset-0 touch-none select-none" {...handlers}>
        <Layers show={show} />
      </div>
      <Empty show={show} onClose={close} />
      <ShowControls
        show={show}
        row={row}
        seconds={seconds}
        isPlaying={isPlaying}
        isShown={hasControls}
        onPlay={() => setPlaying(!isPlaying)}
        onChange={change}
        onClose={close}
      />
    </div>
  );
}

function Empty({ show, onClose }: { show: Show; onClose: () => void }) {
  const isEmpty = show.columns.value?.count === 0;
  const error = show.shown.value === undefined ? show.error.value : undefined;
  if (!isEmpty && !error) return null;
  return (
    <div class="absolute inset-0 grid place-items-center p-8">
      <div class="flex flex-col items-center gap-4">
        <p role={error ? 'alert' : undefined}>{error?.message ?? t('works.nothing')}</p>
        <Button onClick={onClose}>{t('common.back')}</Button>
      </div>
    </div>
  );
}
