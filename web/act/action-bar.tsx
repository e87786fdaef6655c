import { useLayoutEffect } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { isAdmin, mayPaint } from '../api/session.ts';
import { wantsFocus } from '../gallery/place-kept.ts';
import { chooseAll, chosenCount, clearSelection, invert } from '../gallery/selection.ts';
import { columns, selection } from '../gallery/shown-works.ts';
import { handleKeys } from '../keys/listen.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { tellError } from '../parts/notices.tsx';
import { px } from '../parts/px.ts';
import { isPublishOffered } from '../publish/ask.ts';
import { t } from '../texts/text.ts';
import { actOnChosen, change, download, openDialog, publishChosen } from './chosen-actions.ts';
import { type Operation, running } from './operations.ts';

const stars = [5, 4, 3, 2, 1] as const;

/** What can be done with the chosen works; it takes the place of the search. */
export function ActionBar() {
  const n = chosenCount.value;
  const isTrash = selection.value.trashed;
  useLayoutEffect(() => {
    // In the trash works are restored or deleted, not judged.
    if (n === 0 || isTrash) return;
    return handleKeys({
      rate: (key) => change({ rating: key === '0' ? null : Number(key) }),
      pick: () => change({ flag: 'pick' }),
      reject: () => change({ flag: 'reject' }),
      unflag: () => change({ flag: 'none' }),
      star: () => change({ star: true }),
      hide: () => change({ hidden: true }),
      trash: () => {
        actOnChosen({ action: 'trash' });
        // This bar goes, and what of it had the focus.
        wantsFocus.value = true;
      },
    });
  }, [n, isTrash]);
  return (
    <section
      aria-label={t('select.bar')}
      class="absolute inset-0 z-20 flex min-h-13 items-center gap-1 overflow-visible border-b border-line bg-raised px-2"
    >
      <IconButton icon="cross" label={t('select.clear')} onClick={clearSelection} />
      <p class="min-w-0 truncate text-sm font-semibold" aria-live="polite">
        {t('select.count', { n })}
      </p>
      <span class="ml-3 flex items-center gap-1 max-sm:hidden">
        {n < (columns.value?.total ?? 0) && <Button onClick={chooseAll}>{t('select.all', { n: columns.value?.total ?? 0 })}</Button>}
        <Button onClick={invert}>{t('select.invert')}</Button>
      </span>
      <span class="flex-1" />
      {running.value ? <Progress operation={running.value} /> : n > 0 && (isTrash ? <TrashActions /> : <Actions />)}
      <Menu label={t('select.more')} icon="more" items={moreItems(n, isTrash)} />
    </section>
  );
}

function Actions() {
  return (
    <span class="flex items-center">
      <Menu
        label={t('work.rating')}
        icon="star"
        items={[
          ...stars.map((one) => ({ label: t('work.rate', { n: one }), icon: 'star' as const, onChoose: () => change({ rating: one }) })),
          { label: t('work.unrate'), onChoose: () => change({ rating: null }) },
        ]}
      />
      <span class="flex max-md:hidden">
        <IconButton icon="heart" label={t('work.star')} onClick={() => change({ star: true })} />
        <IconButton icon="check" label={t('work.pick')} onClick={() => change({ flag: 'pick' })} />
        <IconButton icon="cross" label={t('work.reject')} onClick={() => change({ flag: 'reject' })} />
      </span>
      <IconButton icon="tag" label={t('act.tags')} onClick={() => openDialog('tags')} />
      <IconButton icon="collection" label={t('act.collections')} onClick={() => openDialog('collections')} />
      <IconButton icon="trash" label={t('work.trash')} onClick={() => actOnChosen({ action: 'trash' })} />
    </span>
  );
}

function TrashActions() {
  return (
    <span class="flex items-center gap-1">
      <Button onClick={() => actOnChosen({ action: 'restore' })}>{t('act.restore')}</Button>
      {(isAdmin.value || !mayPaint.value) && (
        <Button kind="danger" onClick={() => openDialog('purge')}>
          {t('act.purge')}
        </Button>
      )}
    </span>
  );
}

function moreItems(n: number, isTrash: boolean): MenuItem[] {
  const choosing: MenuItem[] = [
    { label: t('select.all', { n: columns.value?.total ?? 0 }), icon: 'grid', onChoose: chooseAll },
    { label: t('select.invert'), onChoose: invert },
  ];
  const history: MenuItem = { label: t('act.history'), icon: 'history', onChoose: () => openDialog('history') };
  if (n === 0) return [...choosing, history];
  const exports: MenuItem[] = [
    { label: t('act.zip'), icon: 'download', onChoose: () => download('zip', isTrash) },
    { label: t('act.recipes'), icon: 'download', onChoose: () => download('json', isTrash) },
  ];
  if (isTrash) return [...choosing, ...exports, history];
  return [
    ...choosing,
    { label: t('work.star'), icon: 'heart', onChoose: () => change({ star: true }) },
    { label: t('act.unstar'), onChoose: () => change({ star: false }) },
    { label: t('work.pick'), icon: 'check', onChoose: () => change({ flag: 'pick' }) },
    { label: t('work.reject'), icon: 'cross', onChoose: () => change({ flag: 'reject' }) },
    { label: t('keys.unflag'), onChoose: () => change({ flag: 'none' }) },
    { label: t('act.hide'), icon: 'hidden', onChoose: () => change({ hidden: true }) },
    { label: t('act.unhide'), onChoose: () => change({ hidden: false }) },
    ...exports,
    { label: t('share.create'), icon: 'link', onChoose: () => openDialog('share') },
    ...(isPublishOffered() ? [{ label: t('publish.ask'), icon: 'publish' as const, onChoose: publishChosen }] : []),
    history,
  ];
}

function Progress({ operation: { id, done, total } }: { operation: Operation }) {
  const share = total === 0 ? 0 : done / total;
  return (
    <span class="flex items-center gap-2 text-sm">
      <progress aria-label={t('act.progress')} class="accent-accent" style={{ width: px(120) }} value={share} />
      <span class="tabular-nums">{t('act.done', { done, n: total })}</span>
      <Button onClick={() => void ask(`operations/${id}/cancel`, { method: 'POST' }).catch(tellError)}>{t('common.cancel')}</Button>
    </span>
  );
}
