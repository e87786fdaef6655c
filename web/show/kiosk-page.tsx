import { useEffect, useLayoutEffect } from 'preact/hooks';
import { isConnected } from '../api/events.ts';
import { rowOf } from '../api/works.ts';
import { handleKeys } from '../keys/listen.ts';
import { goBack, hrefOf, place } from '../navigate/router.ts';
import { useWakeLock } from '../review/wake-lock.ts';
import { t, timeText } from '../texts/text.ts';
import { toggleFull } from '../work/full-screen.ts';
import { Layers } from './layers.tsx';
import { type Show, useShow } from './show.ts';

/** Works on a wall: nothing but pictures, and new ones as they come. */
export function KioskPage() {
  const { show } = useShow(true);
  useWakeLock(true);
  const { q, caption } = place.value.query;
  useLayoutEffect(() =>
    handleKeys({
      next: () => show.move(1),
      previous: () => show.move(-1),
      fillScreen: toggleFull,
      close: () => goBack(hrefOf('', { q })),
    }),
  );
  // Without buttons: a double click fills the screen.
  useEffect(() => {
    document.addEventListener('dblclick', toggleFull);
    return () => document.removeEventListener('dblclick', toggleFull);
  }, []);
  return (
    <div class="absolute inset-0 cursor-none overflow-hidden bg-black text-white">
      <h1 class="sr-only">{t('kiosk.title')}</h1>
      <Layers show={show} />
      <Words show={show} hasCaption={caption === '1'} />
    </div>
  );
}

function Words({ show, hasCaption }: { show: Show; hasCaption: boolean }) {
  const id = show.shown.value?.now;
  const row = id === undefined ? undefined : rowOf(id).value;
  if (show.columns.value?.count === 0) return <p class="absolute inset-0 grid place-items-center p-8 text-lg">{t('kiosk.empty')}</p>;
  return (
    <div class="absolute right-4 bottom-4 left-4 z-[2] flex justify-between gap-4 text-sm [text-shadow:0_0_4px_#000,0_0_2px_#000]">
      <p class="min-w-0 truncate" dir="auto">
        {hasCaption && row?.name}
      </p>
      <p class="shrink-0">
        {(!isConnected.value || (show.error.value && !row)) && t('kiosk.away')} {hasCaption && row && timeText(row.createdAt)}
      </p>
    </div>
  );
}
