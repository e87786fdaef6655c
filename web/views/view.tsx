import { signal } from '@preact/signals';
import { Icon, type IconName } from '../parts/icon.tsx';
import { isOneOf, readStored, store } from '../parts/storage.ts';
import { t } from '../texts/text.ts';

const icons = { rows: 'grid', wall: 'wall', list: 'list' } as const satisfies Record<string, IconName>;
/** Pictures in rows, pictures without anything between them, or a list with names and facts. */
export type View = keyof typeof icons;
export const view = signal<View>(readStored('local', 'view', isOneOf(Object.keys(icons) as View[])) ?? 'rows');

export function ViewSwitch() {
  return (
    <fieldset class="flex rounded-md border border-line bg-raised" aria-label={t('view.label')}>
      {(Object.keys(icons) as View[]).map((one) => (
        <label
          key={one}
          title={t(`view.${one}`)}
          class="relative grid size-9 cursor-pointer place-items-center rounded-md has-checked:bg-sunken has-checked:text-accent has-focus-visible:outline-3 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="view"
            class="absolute inset-0 cursor-pointer opacity-0"
            aria-label={t(`view.${one}`)}
            checked={view.value === one}
            onChange={() => {
              view.value = one;
              store('local', 'view', one);
            }}
          />
          <Icon name={icons[one]} size={18} />
        </label>
      ))}
    </fieldset>
  );
}
