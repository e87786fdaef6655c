import { Icon } from '../parts/icon.tsx';
import { numberText, t } from '../texts/text.ts';
import { type Classes, type Colouring, colourings } from './colours/classes.ts';
import { colourOf } from './colours/look.ts';

interface LegendProps {
  by: Colouring;
  classes: Classes | undefined;
  shownClass: number | undefined;
  isDark: boolean;
  onColour: (by: Colouring) => void;
  onClass: (index: number | undefined) => void;
}

/** What the colours mean. Pressing a class lets its works stand out, for those who cannot tell the colours apart. */
export function MapLegend({ by, classes, shownClass, isDark, onColour, onClass }: LegendProps) {
  return (
    <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
      <label class="flex items-center gap-2 text-sm">
        {t('map.colourBy')}
        <select
          class="min-h-9 rounded-md border border-line bg-raised px-2 text-sm"
          value={by}
          onChange={({ currentTarget }) => onColour(currentTarget.value as Colouring)}
        >
          {colourings.map((one) => (
            <option key={one} value={one}>
              {t(`map.by.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <ul class="flex min-w-0 flex-wrap gap-1 max-md:flex-nowrap max-md:overflow-x-auto" aria-label={t('map.legend')}>
        {classes?.legend.map((one, index) => (
          <li key={index} class="shrink-0">
            <button
              type="button"
              aria-pressed={shownClass === index}
              class={`inline-flex min-h-8 max-w-56 items-center gap-1.5 rounded-full border px-2.5 text-xs hover:bg-sunken ${shownClass === index ? 'border-accent bg-sunken font-medium' : 'border-transparent'}`}
              onClick={() => onClass(shownClass === index ? undefined : index)}
            >
              <span class="size-3 shrink-0 rounded-full" style={{ background: colourOf(one, classes.isOrdered, isDark) }} />
              <span class="truncate" dir="auto">
                {one.label}
              </span>
              <span class="text-muted tabular-nums">{numberText(one.works)}</span>
              {shownClass === index && <Icon name="cross" size={12} />}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
