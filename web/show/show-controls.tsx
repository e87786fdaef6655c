import type { Change, WorkRow } from '../api/works.ts';
import { setQuery } from '../navigate/router.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { numberText, t } from '../texts/text.ts';
import { isFull, mayFill, toggleFull } from '../work/full-screen.ts';
import { orders, type Show } from './show.ts';

const paces = [3, 6, 10, 20, 60];

interface ControlsProps {
  show: Show;
  row: WorkRow | null | undefined;
  seconds: number;
  isPlaying: boolean;
  isShown: boolean;
  onPlay: () => void;
  onChange: (change: Change) => void;
  onClose: () => void;
}

/** What the slideshow can do, at its lower edge; out of sight while nobody moves. */
export function ShowControls({ show, row, seconds, isPlaying, isShown, onPlay, onChange, onClose }: ControlsProps) {
  return (
    <div
      class={`absolute inset-x-0 bottom-0 z-[3] flex flex-col gap-1 bg-black/75 px-3 py-2 transition-opacity duration-300 ${isShown ? '' : 'pointer-events-none opacity-0'}`}
    >
      <p class="flex gap-3 text-sm" aria-live={isPlaying ? 'off' : 'polite'}>
        <span class="tabular-nums">
          {show.index >= 0 && t('show.progress', { n: show.index + 1, count: show.columns.value?.count ?? 0 })}
        </span>
        <span class="min-w-0 flex-1 truncate" dir="auto">
          {row?.name}
        </span>
      </p>
      <div class="flex flex-wrap items-center gap-x-1">
        <Act icon="back" label={t('show.previous')} onClick={() => show.move(-1)} />
        <Act icon={isPlaying ? 'pause' : 'play'} label={t(isPlaying ? 'show.pause' : 'show.play')} onClick={onPlay} />
        <Act icon="forward" label={t('show.next')} onClick={() => show.move(1)} />
        {row && <Stars row={row} onChange={onChange} />}
        <span class="flex-1" />
        <Choices show={show} seconds={seconds} />
        {mayFill && <Act icon="fill" label={t('show.full')} isPressed={isFull.value} onClick={toggleFull} />}
        <Act icon="cross" label={t('common.close')} onClick={onClose} />
      </div>
    </div>
  );
}

function Stars({ row, onChange }: { row: WorkRow; onChange: (change: Change) => void }) {
  return (
    <fieldset aria-label={t('work.rating')} class="flex">
      {[1, 2, 3, 4, 5].map((n) => (
        <button
          key={n}
          type="button"
          class="grid min-h-11 min-w-8 place-items-center"
          aria-label={row.rating === n ? t('work.unrate') : t('work.rate', { n })}
          aria-pressed={row.rating === n}
          onClick={() => onChange({ rating: row.rating === n ? null : n })}
        >
          <Icon name="star" size={18} filled={row.rating !== null && n <= row.rating} />
        </button>
      ))}
    </fieldset>
  );
}

function Choices({ show, seconds }: { show: Show; seconds: number }) {
  const look = 'rounded-md border border-white/50 bg-black px-2 py-1.5 text-sm';
  const order = (sort: string): void =>
    setQuery(
      {
        sort: sort === 'newest' ? undefined : sort,
        seed: sort === 'random' ? String(Math.floor(Math.random() * 1e6)) : undefined,
        at: undefined,
      },
      { replace: true },
    );
  return (
    <>
      <select
        aria-label={t('show.seconds')}
        class={look}
        value={seconds}
        onChange={(event) => setQuery({ seconds: event.currentTarget.value }, { replace: true })}
      >
        {[...new Set([...paces, seconds])]
          .sort((a, b) => a - b)
          .map((pace) => (
            <option key={pace} value={pace}>
              {t('show.pace', { n: pace, seconds: numberText(pace, 1) })}
            </option>
          ))}
      </select>
      <select aria-label={t('works.sort')} class={look} value={show.wish.sort} onChange={(event) => order(event.currentTarget.value)}>
        {orders.map((one) => (
          <option key={one} value={one}>
            {t(one === 'random' ? 'show.random' : `works.sort.${one}`)}
          </option>
        ))}
      </select>
    </>
  );
}

interface ActProps {
  icon: IconName;
  label: string;
  isPressed?: boolean;
  onClick: () => void;
}

/** As IconButton, on black. */
function Act({ icon, label, isPressed, onClick }: ActProps) {
  return (
    <button
      type="button"
      class="grid min-h-11 min-w-11 place-items-center rounded-md hover:bg-white/20"
      aria-label={label}
      aria-pressed={isPressed}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
