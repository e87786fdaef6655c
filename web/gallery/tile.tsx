import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { rowOf, type ThumbnailWidth, thumbnailOf, type WorkRow } from '../api/works.ts';
import { MoreLikeOnTile } from '../likeness/more-like.tsx';
import { hrefOf } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { px } from '../parts/px.ts';
import { t } from '../texts/text.ts';
import { ListRow } from '../views/list-row.tsx';
import { selectionQuery } from './shown-works.ts';

/** While the works fly past, tiles ask for nothing. */
export const isFast = signal(false);
const restMs = 90;

const widths: readonly ThumbnailWidth[] = [320, 640, 1280];
const thumbnailFor = (pixels: number): ThumbnailWidth => widths.find((one) => one >= pixels * devicePixelRatio) ?? 1280;

/** The row of a work, from the moment at which its tile rests in view. */
function useRow(id: string): WorkRow | null | undefined {
  const [isWanted, want] = useState(!isFast.value);
  useEffect(() => {
    if (isWanted) return;
    const timer = setTimeout(() => want(true), restMs);
    return () => clearTimeout(timer);
  }, [isWanted]);
  return isWanted ? rowOf(id).value : undefined;
}

export const altOf = (row: WorkRow): string => row.altText ?? row.prompt ?? row.name;

interface TileProps {
  id: string;
  index: number;
  count: number;
  left: number;
  top: number;
  width: number;
  height: number;
  isFocused: boolean;
  /** As a line with text beside the picture. */
  isList: boolean;
}

export function Tile({ id, index, count, left, top, width, height, isFocused, isList }: TileProps) {
  const row = useRow(id);
  const [isLost, setLost] = useState(false);
  return (
    <li
      aria-posinset={index + 1}
      aria-setsize={count}
      class="group/tile absolute"
      style={{ transform: `translate(${left}px, ${top}px)`, width: px(width), height: px(height) }}
    >
      <a
        href={hrefOf(`works/${id}`, selectionQuery())}
        tabIndex={isFocused ? 0 : -1}
        data-index={index}
        class={`group relative block h-full w-full overflow-hidden ${isList ? 'hover:bg-sunken' : 'bg-sunken'}`}
        aria-label={row ? row.name : t('common.loading')}
      >
        {row && !isLost && isList && <ListRow row={row} alt={altOf(row)} marks={<Marks row={row} />} onLost={() => setLost(true)} />}
        {row && !isLost && !isList && (
          <img
            src={thumbnailOf(row, thumbnailFor(Math.max(width, height)))}
            alt={altOf(row)}
            width={Math.round(width)}
            height={Math.round(height)}
            decoding="async"
            draggable={false}
            class="h-full w-full object-cover"
            onError={() => setLost(true)}
          />
        )}
        {isLost && <span class="absolute inset-0 grid place-items-center p-2 text-center text-xs text-muted">{t('works.gone')}</span>}
        {row && !isList && <Marks row={row} />}
      </a>
      {row && <MoreLikeOnTile id={id} name={row.name} />}
    </li>
  );
}

/** What was decided about a work, small and over the picture. */
function Marks({ row: { rating, star, flag, hidden, candidates } }: { row: WorkRow }) {
  if (rating === null && !star && flag === null && !hidden && candidates < 2) return null;
  return (
    <span class="absolute bottom-1 left-1 flex items-center gap-1 rounded bg-black/65 px-1.5 py-0.5 text-xs text-white" dir="ltr">
      {star && <Icon name="heart" size={12} />}
      {rating !== null && <span>{'★'.repeat(rating)}</span>}
      {flag === 'pick' && <Icon name="check" size={12} />}
      {flag === 'reject' && <Icon name="cross" size={12} />}
      {hidden && <Icon name="hidden" size={12} />}
      {candidates > 1 && (
        <span class="flex items-center gap-0.5" title={t('why.candidates', { n: candidates })}>
          <Icon name="stack" size={12} />
          {candidates}
          <span class="sr-only">{t('why.candidates', { n: candidates })}</span>
        </span>
      )}
    </span>
  );
}
