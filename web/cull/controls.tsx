import type { WorkRow } from '../api/works.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { t } from '../texts/text.ts';
import type { Decision } from './cull-session.ts';

interface ControlsProps {
  row: WorkRow | null | undefined;
  onDecide: (decision: Decision) => void;
}

/** The decisions as buttons, within reach of a thumb. */
export function Controls({ row, onDecide }: ControlsProps) {
  return (
    <div class="flex w-full max-w-xl flex-wrap items-center justify-between gap-1 max-[340px]:justify-center">
      <FlagButton
        icon="cross"
        label={t('work.reject')}
        tone="text-bad"
        isOn={row?.flag === 'reject'}
        onClick={() => onDecide({ flag: 'reject' })}
      />
      <fieldset aria-label={t('work.rating')} class="flex">
        {[1, 2, 3, 4, 5].map((n) => {
          const isLit = row !== null && row !== undefined && row.rating !== null && n <= row.rating;
          return (
            <button
              key={n}
              type="button"
              class={`grid min-h-11 min-w-11 place-items-center rounded-md hover:bg-sunken max-[400px]:min-w-10 ${isLit ? 'text-accent' : 'text-muted'}`}
              aria-label={t('work.rate', { n })}
              aria-pressed={row?.rating === n}
              onClick={() => onDecide({ rating: n })}
            >
              <Icon name="star" size={22} filled={isLit} />
            </button>
          );
        })}
      </fieldset>
      <FlagButton
        icon="check"
        label={t('work.pick')}
        tone="text-good"
        isOn={row?.flag === 'pick'}
        onClick={() => onDecide({ flag: 'pick' })}
      />
    </div>
  );
}

interface FlagButtonProps {
  icon: IconName;
  label: string;
  tone: string;
  isOn: boolean;
  onClick: () => void;
}

function FlagButton({ icon, label, tone, isOn, onClick }: FlagButtonProps) {
  return (
    <button
      type="button"
      class={`inline-flex min-h-11 min-w-14 items-center justify-center gap-2 rounded-md border px-2 text-sm font-medium hover:bg-sunken sm:min-w-28 ${tone} ${isOn ? 'border-current' : 'border-line'}`}
      aria-label={label}
      aria-pressed={isOn}
      onClick={onClick}
    >
      <Icon name={icon} size={22} />
      <span class="max-sm:sr-only">{label}</span>
    </button>
  );
}
