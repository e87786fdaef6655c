import { useSignal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { type Change, pictureOf, restoreWork, rowOf, trashWork } from '../../api/works.ts';
import { handleKeys } from '../../keys/listen.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { decide } from '../../review/decision-queue.ts';
import { t } from '../../texts/text.ts';
import { Decisions } from '../../work/decisions.tsx';
import { startWithWork } from '../start/start-picture.ts';

/** Rates, keeps or deletes a work where it was painted, with the keys of the gallery. */
export function WorkActions({ id, onRemix }: { id: string; onRemix: (work: string) => void }) {
  const row = rowOf(id).value;
  const isTrashed = useSignal(false);
  const change = (wanted: Change): void => decide(id, wanted);
  const restore = (): void => {
    restoreWork(id).then(() => {
      isTrashed.value = false;
    }, tellError);
  };
  const trash = (): void => {
    trashWork(id).then(() => {
      isTrashed.value = true;
      tell(t('work.trashed'), { action: { label: t('common.undo'), run: restore } });
    }, tellError);
  };
  useLayoutEffect(() =>
    handleKeys({
      rate: (key) => change({ rating: key === '0' ? null : Number(key) }),
      pick: () => change({ flag: 'pick' }),
      reject: () => change({ flag: 'reject' }),
      unflag: () => change({ flag: 'none' }),
      star: () => change({ star: !rowOf(id).peek()?.star }),
      open: () => navigate(hrefOf(`works/${id}`)),
      trash,
    }),
  );
  if (!row) return null;
  if (isTrashed.value)
    return (
      <div class="flex items-center gap-3 text-sm text-muted">
        {t('work.trashed')} <Button onClick={restore}>{t('common.undo')}</Button>
      </div>
    );
  return (
    <div class="flex flex-wrap items-center justify-between gap-2">
      <div class="flex items-center">
        <Decisions row={row} onChange={change} />
        <a
          href={`${pictureOf(row)}&download=true`}
          download
          class="inline-grid min-h-9 min-w-9 place-items-center rounded-md hover:bg-sunken"
          aria-label={t('work.download')}
          title={t('work.download')}
        >
          <Icon name="download" />
        </a>
        <IconButton icon="trash" label={t('studio.delete')} onClick={trash} />
      </div>
      <div class="flex items-center gap-2">
        <a
          href={hrefOf(`works/${id}`)}
          class="inline-flex min-h-9 items-center rounded-md border border-line bg-raised px-3 py-1 text-sm font-medium hover:bg-sunken"
        >
          {t('studio.open')}
        </a>
        <Button onClick={() => onRemix(id)}>{t('studio.remix')}</Button>
        <Button onClick={() => startWithWork(id).catch(tellError)}>{t('studio.useAsStart')}</Button>
      </div>
    </div>
  );
}
