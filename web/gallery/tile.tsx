import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { rowOf, type ThumbnailWidth, thumbnailOf, type WorkRow } from '../api/works.ts';
import { MoreLikeOnTile } from '../likeness/more-like.tsx';
import { hrefOf } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { px } from '../parts/px.ts';
import { t } from '../texts/text.ts';
import { ListRow } from '../views/list-row.tsx';
import { wantsFocus } from './place-kept.ts';
import { type Mark, watchMark } from './selection.ts';
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
  hasActions: boolean;
  /** As a line with text beside the picture. */
  isList: boolean;
}

export function Tile({ id, index, count, left, top, width, height, isFocused, isList, hasActions }: TileProps) {
  const row = useRow(id);
  const [isLost, setLost] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const { mark, stop } = useMemo(() => watchMark(id, index), [id, index]);
  useEffect(() => stop, [stop]);
  const isWanted = isFocused && wantsFocus.value;
  useLayoutEffect(() => {
    if (!isWanted) return;
    wantsFocus.value = false;
    link.current?.focus({ preventScroll: true });
  }, [isWanted]);
  const name = row ? row.name : t('common.loading');
  return (
    <li
      aria-posinset={index + 1}
      aria-setsize={count}
      class="group group/tile absolute"
      data-mark={mark.value}
      style={{ transform: `translate(${left}px, ${top}px)`, width: px(width), height: px(height) }}
    >
      <a
        ref={link}
        href={hrefOf(`works/${id}`, selectionQuery())}
        tabIndex={isFocused ? 0 : -1}
        data-index={index}
        class={`relative block h-full w-full overflow-hidden group-data-[mark=chosen]:scale-[0.94] motion-safe:transition-transform ${isList ? 'hover:bg-sunken' : 'bg-sunken'}`}
        aria-label={isList && row ? undefined : name}
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
      {hasActions && row && <MoreLikeOnTile id={id} name={row.name} />}
      {hasActions && <Check mark={mark.value} name={name} />}
    </li>
  );
}

/** Chooses the work. Hidden until the pointer or the focus is on the tile, or others are chosen. */
function Check({ mark, name }: { mark: Mark; name: string }) {
  const isOn = mark === 'chosen';
  const look = isOn ? 'bg-accent text-on-accent' : mark === 'preview' ? 'bg-black/70 text-white' : 'bg-black/50 text-transparent';
  const shown = mark ? '' : 'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 group-data-selecting/grid:opacity-100';
  return (
    <>
      {mark && (
        <span
          class={`pointer-events-none absolute inset-0 border-accent ${isOn ? 'border-3' : 'border-3 border-dashed'}`}
          aria-hidden="true"
        />
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: an input would be a stop of its own between two tiles */}
      <button
        type="button"
        role="checkbox"
        aria-checked={isOn}
        aria-label={t('select.work', { name })}
        tabIndex={-1}
        data-check
        class={`absolute top-0 left-0 grid size-10 place-items-center ${shown}`}
      >
        <span class={`grid size-6 place-items-center rounded-full border-2 border-white ${look}`}>
          <Icon name="check" size={14} />
        </span>
      </button>
    </>
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
