import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ActionBar } from '../act/action-bar.tsx';
import { onEvent } from '../api/events.ts';
import { refreshRow } from '../api/works.ts';
import { page, place } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { t } from '../texts/text.ts';
import { WorkView } from '../work/work-view.tsx';
import { Grid } from './grid.tsx';
import { followChosen, isSelecting } from './selection.ts';
import { columns, columnsError, columnsKey, loadColumns, reloadSoon, selection } from './shown-works.ts';
import { rowHeight, Toolbar } from './toolbar.tsx';

/** Kinds of events after which the list may be another. */
const listChanges = ['work.filed', 'work.trashed', 'work.restored', 'work.removed', 'works.reload', 'reset'];

function followWorks(): () => void {
  const stops = [
    ...listChanges.map((type) => onEvent(type, reloadSoon)),
    onEvent('work.changed', (data) => refreshRow((data as { id: string }).id)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** The gallery, and over it the work that the address names. */
export function GalleryPage({ isShown }: { isShown: boolean }) {
  useEffect(followWorks, []);
  useEffect(followChosen, []);
  const work = useComputed(() => (page.value === 'works' ? place.value.path[1] : undefined)).value;
  const isCovered = work !== undefined;
  return (
    <>
      <main class={`min-h-0 flex-1 flex-col ${isShown ? 'flex' : 'hidden'}`} inert={isCovered} aria-hidden={isCovered}>
        <h1 class="sr-only">{t('nav.gallery')}</h1>
        <div class="relative">
          <div inert={isSelecting.value}>
            <Toolbar />
          </div>
          {isSelecting.value && <ActionBar />}
        </div>
        <Works isInFront={isShown && !isCovered} />
      </main>
      {isShown && work !== undefined && <WorkView key="work" id={work} />}
    </>
  );
}

function Works({ isInFront }: { isInFront: boolean }) {
  const loaded = columns.value;
  const error = columnsError.value;
  if (error)
    return (
      <div role="alert" class="flex flex-col items-start gap-3 p-8">
        <p>{error.message}</p>
        <Button onClick={loadColumns}>{t('common.retry')}</Button>
      </div>
    );
  if (!loaded) return <p class="p-8 text-muted">{t('common.loading')}</p>;
  if (loaded.count === 0) {
    const isAll = selection.value.query === '' && !selection.value.trashed;
    return (
      <div class="grid flex-1 place-items-center p-8 text-center">
        <div>
          <p class="text-lg font-medium">{t(isAll ? 'works.empty' : 'works.nothing')}</p>
          <p class="text-muted">{t(isAll ? 'works.emptyHint' : 'works.nothingHint')}</p>
        </div>
      </div>
    );
  }
  return (
    <Grid
      columns={loaded}
      selectionKey={columnsKey.value}
      rowHeight={rowHeight.value}
      isTimed={selection.value.sort !== 'rating'}
      isInFront={isInFront}
    />
  );
}
