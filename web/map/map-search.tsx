import { useId } from 'preact/hooks';
import { hrefOf, place, setQuery } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { t } from '../texts/text.ts';
import type { Found } from './use-classes.ts';

/** A search whose works stand out on the map. */
export function MapSearch({ query, found, error }: { query: string; found: Found | undefined; error: string | undefined }) {
  const field = useId();
  return (
    <div class="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      <form
        class="flex items-center gap-1 rounded-md border border-line bg-raised pl-2"
        onSubmit={(event) => {
          event.preventDefault();
          const text = new FormData(event.currentTarget).get('q');
          setQuery({ q: typeof text === 'string' ? text.trim() : '' }, { replace: true });
        }}
      >
        <label for={field} class="sr-only">
          {t('map.search')}
        </label>
        <input
          key={query}
          id={field}
          name="q"
          type="search"
          dir="auto"
          class="min-h-9 w-44 min-w-0 bg-transparent text-sm"
          placeholder={t('map.search')}
          defaultValue={query}
        />
        <button type="submit" class="grid size-9 place-items-center rounded-md hover:bg-sunken" aria-label={t('common.search')}>
          <Icon name="search" size={16} />
        </button>
      </form>
      <p role="status" class="min-w-0">
        {error !== undefined && (
          <span class="text-bad" dir="auto">
            {error}
          </span>
        )}
        {found && (
          <>
            {t('map.found', { n: found.works })}{' '}
            <a class="underline" href={hrefOf('', { q: place.value.query['q'] })}>
              {t('map.inGallery')}
            </a>
          </>
        )}
      </p>
    </div>
  );
}
