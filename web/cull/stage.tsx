import type { WorkRow } from '../api/works.ts';
import { altOf } from '../gallery/tile.tsx';
import { px } from '../parts/px.ts';
import { largeOf, type PictureState } from '../review/decoded.ts';
import { type Direction, useSwipe } from '../review/use-swipe.ts';
import { type TextKey, t } from '../texts/text.ts';

const meanings: Readonly<Record<Direction, TextKey>> = { left: 'cull.skip', right: 'work.previous', up: 'work.pick', down: 'work.reject' };

/** The picture, as large as it goes. A finger moves it: up picks, down rejects, sideways looks on. */
export function Stage({ row, state, onSwipe }: { row: WorkRow | null | undefined; state: PictureState; onSwipe: (to: Direction) => void }) {
  const { swipe, handlers } = useSwipe(onSwipe);
  return (
    <div class="relative min-h-0 flex-1 touch-none overflow-hidden bg-sunken select-none" {...handlers}>
      {row && state === 'shown' && (
        <img
          key={row.id}
          src={largeOf(row)}
          alt={altOf(row)}
          width={row.width}
          height={row.height}
          draggable={false}
          class="absolute inset-2 m-auto h-[calc(100%-1rem)] w-[calc(100%-1rem)] object-contain"
          style={{ transform: swipe.x === 0 && swipe.y === 0 ? undefined : `translate(${px(swipe.x)}, ${px(swipe.y)})` }}
        />
      )}
      {(row === null || state === 'lost') && (
        <p class="absolute inset-0 grid place-items-center p-4 text-muted">{t(row === null ? 'work.notFound' : 'works.gone')}</p>
      )}
      {swipe.direction && (
        <p class="absolute top-4 left-1/2 -translate-x-1/2 rounded-full bg-black/75 px-4 py-2 text-sm text-white">
          {t(meanings[swipe.direction])}
        </p>
      )}
    </div>
  );
}
