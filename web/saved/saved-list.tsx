import { useEffect, useState } from 'preact/hooks';
import type { FacetAnswer } from '../../lib/server/api/works/work-routes.ts';
import { ask } from '../api/client.ts';
import { isSignedIn, whenSignedIn } from '../api/session.ts';
import { columns, selection } from '../gallery/shown-works.ts';
import { hrefOf } from '../navigate/router.ts';
import { IconButton } from '../parts/button.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { numberText, t } from '../texts/text.ts';
import { NameDialog } from './save-search.tsx';
import { deleteSearch, loadSaved, pinned, renameSearch, type SavedSearch, saved, saveSearch, togglePinned } from './saved-searches.ts';

/** Saved searches: to show, pin, rename and delete. */
export function SavedList() {
  const [renamed, setRenamed] = useState<SavedSearch | undefined>(undefined);
  useEffect(() => {
    loadSaved();
  }, [isSignedIn.value]);
  const list = saved.value ?? [];
  const rename = async (to: string): Promise<void> => {
    if (renamed) await renameSearch(renamed.name, to);
    setRenamed(undefined);
  };
  const remove = (search: SavedSearch): void =>
    whenSignedIn(() => {
      deleteSearch(search.name).then(
        () =>
          tell(t('find.deleted', { name: search.name }), {
            action: { label: t('common.undo'), run: () => saveSearch(search).catch(tellError) },
          }),
        tellError,
      );
    });
  return (
    <section aria-label={t('find.savedSearches')}>
      <h3 class="px-1 pt-3 pb-1 text-sm font-semibold">{t('find.savedSearches')}</h3>
      {list.length === 0 && <p class="px-1 text-sm text-muted">{t('find.noSaved')}</p>}
      <ul>
        {list.map((search) => (
          <li key={search.name} class="group flex items-center text-sm">
            <a
              href={hrefOf('', { q: `@${search.name}` })}
              class="min-w-0 flex-1 truncate rounded-md px-2 py-1.5 hover:bg-sunken"
              title={search.query}
              dir="auto"
            >
              {search.name}
            </a>
            <IconButton
              icon="pin"
              size={16}
              label={t(pinned.value.includes(search.name) ? 'find.unpin' : 'find.pin', { name: search.name })}
              isPressed={pinned.value.includes(search.name)}
              onClick={() => togglePinned(search.name)}
            />
            <IconButton
              icon="brush"
              size={16}
              label={t('find.rename', { name: search.name })}
              onClick={() => whenSignedIn(() => setRenamed(search))}
            />
            <IconButton icon="trash" size={16} label={t('find.delete', { name: search.name })} onClick={() => remove(search)} />
          </li>
        ))}
      </ul>
      {renamed && (
        <NameDialog
          title={t('find.rename', { name: renamed.name })}
          query={renamed.query}
          name={renamed.name}
          onName={rename}
          onClose={() => setRenamed(undefined)}
        />
      )}
    </section>
  );
}

/** Pinned searches as folders that fill by themselves, each with the number of its works. */
export function LiveFolders() {
  useEffect(() => {
    if (pinned.value.length > 0) loadSaved();
  }, []);
  const shown = pinned.value.filter((name) => saved.value?.some((one) => one.name === name));
  if (shown.length === 0) return null;
  return (
    <nav aria-label={t('find.liveFolders')} class="flex items-center gap-1 overflow-x-auto border-b border-line px-3 py-1">
      {shown.map((name) => (
        <LiveFolder key={name} name={name} />
      ))}
    </nav>
  );
}

function LiveFolder({ name }: { name: string }) {
  const [count, setCount] = useState<number | undefined>(undefined);
  const query = `@${name}`;
  const loaded = columns.value;
  // Another list means that works have come, gone or changed.
  useEffect(() => {
    const abort = new AbortController();
    ask<FacetAnswer>('facets', { query: { query, facets: 'star' }, signal: abort.signal }).then(
      ({ total }) => setCount(total),
      () => setCount(undefined), // the folder is there without its number
    );
    return () => abort.abort();
  }, [query, loaded]);
  return (
    <a
      href={hrefOf('', { q: query })}
      aria-current={selection.value.query === query ? 'page' : undefined}
      class={`flex min-h-9 items-center gap-2 rounded-md px-3 text-sm whitespace-nowrap hover:bg-sunken ${selection.value.query === query ? 'bg-sunken text-accent' : ''}`}
    >
      <span dir="auto">{name}</span>
      {count !== undefined && <span class="text-muted">{numberText(count)}</span>}
    </a>
  );
}
