import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { thumbnailOf, type WorkRow } from '../api/works.ts';
import { Button } from '../parts/button.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';

interface WorkPickerProps {
  title: string;
  /** A work that is not offered. */
  without: string;
  onChoose: (id: string) => void;
  onCancel?: (() => void) | undefined;
}

const most = 48;

/** Chooses a work: the newest, or those that a search finds. */
export function WorkPicker({ title, without, onChoose, onCancel }: WorkPickerProps) {
  const [query, setQuery] = useState('');
  const [works, setWorks] = useState<readonly WorkRow[] | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    ask<{ works: WorkRow[] }>('works', { query: { query, limit: most }, signal: abort.signal }).then(
      (found) => setWorks(found.works),
      tellError,
    );
    return () => abort.abort();
  }, [query]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setQuery(String(new FormData(event.currentTarget as HTMLFormElement).get('query') ?? '').trim());
  };
  return (
    <section class="flex flex-col gap-3 p-4" aria-label={title}>
      <div class="flex flex-wrap items-center gap-3">
        <h2 class="font-semibold">
          {title}: {t('compare.choose')}
        </h2>
        <search class="min-w-48 flex-1">
          <form onSubmit={submit}>
            <input
              type="search"
              name="query"
              dir="auto"
              aria-label={t('compare.search')}
              placeholder={t('works.searchPlaceholder')}
              class="w-full max-w-md rounded-md border border-line bg-raised px-3 py-2 text-sm"
            />
          </form>
        </search>
        {onCancel && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
      </div>
      {works?.length === 0 && <p class="text-muted">{t('works.nothing')}</p>}
      <ul class="grid grid-cols-[repeat(auto-fill,minmax(7rem,1fr))] gap-2">
        {works
          ?.filter(({ id }) => id !== without)
          .map((row) => (
            <li key={row.id}>
              <button type="button" class="block w-full" onClick={() => onChoose(row.id)}>
                <img src={thumbnailOf(row, 320)} alt="" loading="lazy" class="aspect-square w-full rounded bg-sunken object-cover" />
                <span class="block truncate text-xs" dir="auto">
                  {row.name}
                </span>
              </button>
            </li>
          ))}
      </ul>
    </section>
  );
}
