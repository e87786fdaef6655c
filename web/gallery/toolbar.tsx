import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { handleKeys } from '../keys/listen.ts';
import { setQuery } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { readStored, store } from '../parts/storage.ts';
import { ViewMenu } from '../review/view-menu.tsx';
import { t } from '../texts/text.ts';
import { columns, selection } from './shown-works.ts';

/** Heights of a row between which the slider moves, pixels. */
const sizes = { least: 90, most: 480, usual: 220 };
export const rowHeight = signal(readStored<number>('local', 'row height') ?? sizes.usual);

/** Search, order and size of the pictures. */
export function Toolbar() {
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => handleKeys({ search: () => search.current?.focus() }), []);
  const { query, sort } = selection.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    setQuery({ q: search.current?.value.trim() });
  };
  return (
    <div class="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2">
      <search class="min-w-48 flex-1">
        <form class="relative" onSubmit={submit}>
          <span class="pointer-events-none absolute top-1/2 left-2 -translate-y-1/2 text-muted">
            <Icon name="search" size={18} />
          </span>
          <input
            ref={search}
            key={query}
            type="search"
            defaultValue={query}
            aria-label={t('common.search')}
            placeholder={t('works.searchPlaceholder')}
            class="w-full rounded-md border border-line bg-raised py-2 pr-2 pl-9 text-sm"
            dir="auto"
            enterkeyhint="search"
          />
        </form>
      </search>
      <label class="flex items-center gap-2 text-sm">
        <span class="sr-only">{t('works.sort')}</span>
        <select
          class="rounded-md border border-line bg-raised px-2 py-2"
          value={sort}
          onChange={(event) => setQuery({ sort: event.currentTarget.value === 'newest' ? undefined : event.currentTarget.value })}
        >
          {(['newest', 'oldest', 'rating'] as const).map((one) => (
            <option key={one} value={one}>
              {t(`works.sort.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="flex items-center gap-2 text-sm max-sm:hidden">
        <span class="sr-only">{t('works.size')}</span>
        <input
          type="range"
          min={sizes.least}
          max={sizes.most}
          value={rowHeight.value}
          class="w-28 accent-accent"
          onInput={(event) => {
            rowHeight.value = Number(event.currentTarget.value);
          }}
          onChange={() => store('local', 'row height', rowHeight.value)}
        />
      </label>
      <p class="text-sm text-muted" aria-live="polite">
        {columns.value && t('works.count', { n: columns.value.count })}
      </p>
      <ViewMenu />
    </div>
  );
}
