import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { thumbnailOf, type WorkRow } from '../../api/works.ts';
import { fieldLook } from '../../form/field.tsx';
import { altOf } from '../../gallery/tile.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { startWithWork } from './start-picture.ts';

const shown = 48;
const restMs = 250;

/** Chooses a work of the gallery as the start picture. */
export function WorkChooser({ onClose }: { onClose: () => void }) {
  const query = useSignal('');
  const works = useSignal<readonly WorkRow[] | undefined>(undefined);
  const words = query.value;
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask<{ works: WorkRow[] }>('works', { query: { query: words, limit: shown }, signal: abort.signal }).then((page) => {
        works.value = page.works;
      }, tellError);
    }, restMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [words]);
  const choose = (id: string): void => {
    startWithWork(id).then(onClose, tellError);
  };
  return (
    <Dialog title={t('studio.startWork')} onClose={onClose} isWide>
      <input
        type="search"
        class={fieldLook}
        dir="auto"
        aria-label={t('common.search')}
        placeholder={t('works.searchPlaceholder')}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
        }}
      />
      <ul class="mt-3 grid grid-cols-3 gap-2 sm:grid-cols-6">
        {works.value?.map((work) => (
          <li key={work.id}>
            <button
              type="button"
              class="block aspect-square w-full overflow-hidden rounded bg-sunken"
              aria-label={work.name}
              onClick={() => choose(work.id)}
            >
              <img src={thumbnailOf(work, 320)} alt={altOf(work)} class="h-full w-full object-cover" loading="lazy" />
            </button>
          </li>
        ))}
      </ul>
      {works.value?.length === 0 && <p class="mt-3 text-sm text-muted">{t('works.nothing')}</p>}
    </Dialog>
  );
}
