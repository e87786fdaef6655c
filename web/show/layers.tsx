import { rowOf } from '../api/works.ts';
import { altOf } from '../gallery/tile.tsx';
import { largeOf } from '../review/decoded.ts';
import type { Show } from './show.ts';

/** The picture on the screen, over the one before it, which it fades in from. */
export function Layers({ show }: { show: Show }) {
  const shown = show.shown.value;
  if (!shown) return null;
  return (
    <>
      {shown.before !== undefined && <Layer key={shown.before} id={shown.before} isNow={false} />}
      <Layer key={shown.now} id={shown.now} isNow />
    </>
  );
}

function Layer({ id, isNow }: { id: string; isNow: boolean }) {
  const row = rowOf(id).value;
  if (!row) return null;
  return (
    <div class={`absolute inset-0 bg-black ${isNow ? 'z-[1] animate-appear' : ''}`} aria-hidden={!isNow}>
      <img
        src={largeOf(row)}
        alt={isNow ? altOf(row) : ''}
        width={row.width}
        height={row.height}
        draggable={false}
        class="h-full w-full object-contain"
      />
    </div>
  );
}
