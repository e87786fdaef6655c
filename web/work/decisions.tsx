import type { Change, WorkRow } from '../api/works.ts';
import { IconButton } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { t } from '../texts/text.ts';

const stars = [1, 2, 3, 4, 5] as const;

/** Rating, favourite and flag of a work, as buttons. */
export function Decisions({ row, onChange }: { row: WorkRow; onChange: (change: Change) => void }) {
  const { rating, star, flag } = row;
  const toggleFlag = (wanted: 'pick' | 'reject'): void => onChange({ flag: flag === wanted ? 'none' : wanted });
  return (
    <div
      class="flex items-center"
      onClickCapture={(event) => {
        // The second click of a double click would take the rating back.
        if (event.detail > 1) event.stopPropagation();
      }}
    >
      <fieldset aria-label={t('work.rating')} class="flex">
        {stars.map((n) => (
          <button
            key={n}
            type="button"
            class={`grid min-h-9 min-w-7 place-items-center ${rating !== null && n <= rating ? 'text-accent' : 'text-muted'}`}
            aria-label={rating === n ? t('work.unrate') : t('work.rate', { n })}
            aria-pressed={rating === n}
            onClick={() => onChange({ rating: rating === n ? null : n })}
          >
            <Icon name="star" size={18} filled={rating !== null && n <= rating} />
          </button>
        ))}
      </fieldset>
      <IconButton icon="heart" label={t('work.star')} isPressed={star} onClick={() => onChange({ star: !star })} />
      <IconButton icon="check" label={t('work.pick')} isPressed={flag === 'pick'} onClick={() => toggleFlag('pick')} />
      <IconButton icon="cross" label={t('work.reject')} isPressed={flag === 'reject'} onClick={() => toggleFlag('reject')} />
    </div>
  );
}
