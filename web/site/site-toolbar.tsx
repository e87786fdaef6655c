import { useLayoutEffect, useRef } from 'preact/hooks';
import { columns, selection } from '../gallery/shown-works.ts';
import { handleKeys } from '../keys/listen.ts';
import { isKeysShown } from '../keys/overlay.tsx';
import { setQuery } from '../navigate/router.ts';
import { IconButton } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { type Theme, theme, themes } from '../parts/theme.ts';
import { t } from '../texts/text.ts';
import { allWorks } from './data.ts';
import { choose, chosenOf, countsOf, type Facet, facets } from './find.ts';

const selectClass = 'min-w-0 max-w-44 rounded-md max-sm:flex-1 border border-line bg-raised px-2 py-2 text-sm';
const orders = ['newest', 'oldest', 'rating'] as const;

/** Title, search, facets and order of a site. */
export function SiteToolbar({ title }: { title: string }) {
  const { query, sort } = selection.value;
  return (
    <header class="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3 py-2">
      <h1 class="min-w-0 truncate text-lg font-semibold" dir="auto">
        {title}
      </h1>
      <p class="text-sm text-muted" aria-live="polite">
        {columns.value && t('works.count', { n: columns.value.count })}
      </p>
      <Search query={query} />
      {facets.map((facet) => (
        <FacetSelect key={facet} facet={facet} query={query} />
      ))}
      <select
        class={selectClass}
        aria-label={t('works.sort')}
        value={sort}
        onChange={(event) => setQuery({ sort: event.currentTarget.value === 'newest' ? undefined : event.currentTarget.value })}
      >
        {orders.map((one) => (
          <option key={one} value={one}>
            {t(`works.sort.${one}`)}
          </option>
        ))}
      </select>
      <select
        class={selectClass}
        aria-label={t('theme.label')}
        value={theme.value}
        onChange={(event) => {
          theme.value = event.currentTarget.value as Theme;
        }}
      >
        {themes.map((one) => (
          <option key={one} value={one}>
            {t(`site.theme.${one}`)}
          </option>
        ))}
      </select>
      <span class="max-sm:hidden">
        <IconButton
          icon="keys"
          label={t('keys.title')}
          onClick={() => {
            isKeysShown.value = true;
          }}
        />
      </span>
    </header>
  );
}

function Search({ query }: { query: string }) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => handleKeys({ search: () => field.current?.focus() }), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    setQuery({ q: field.current?.value.trim() });
  };
  return (
    <search class="min-w-48 flex-1 max-sm:basis-full">
      <form class="relative" onSubmit={submit}>
        <span class="pointer-events-none absolute top-1/2 left-2 -translate-y-1/2 text-muted">
          <Icon name="search" size={18} />
        </span>
        <input
          ref={field}
          key={query}
          type="search"
          defaultValue={query}
          aria-label={t('common.search')}
          placeholder={t('site.searchPlaceholder')}
          class="w-full rounded-md border border-line bg-raised py-2 pr-2 pl-9 text-sm"
          dir="auto"
          enterkeyhint="search"
        />
      </form>
    </search>
  );
}

/** The values of a facet with their numbers of works; absent where there is nothing to choose. */
function FacetSelect({ facet, query }: { facet: Facet; query: string }) {
  const values = countsOf(allWorks(), facet);
  const chosen = chosenOf(query, facet);
  if (values.length < 2 && chosen === '') return null;
  const isKnown = chosen === '' || values.some(({ value }) => value === chosen);
  return (
    <select
      class={selectClass}
      aria-label={t(`site.${facet}`)}
      value={chosen}
      onChange={(event) => setQuery({ q: choose(query, facet, event.currentTarget.value) })}
    >
      <option value="">{t(`site.any.${facet}`)}</option>
      {!isKnown && <option value={chosen}>{chosen}</option>}
      {values.map(({ value, count }) => (
        <option key={value} value={value}>
          {value} ({count})
        </option>
      ))}
    </select>
  );
}
