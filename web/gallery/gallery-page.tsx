import { useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { ActionBar } from '../act/action-bar.tsx';
import { openDialog } from '../act/chosen-actions.ts';
import { onEvent } from '../api/events.ts';
import { refreshRow } from '../api/works.ts';
import { Chips } from '../find/chips.tsx';
import { FacetPanel } from '../find/facet-panel.tsx';
import { followFacets, isPanelOpen } from '../find/facets.ts';
import { TrashBar } from '../find/trash-bar.tsx';
import { handleKeys } from '../keys/listen.ts';
import { DropZone } from '../likeness/choose-picture.tsx';
import { LikeBar } from '../likeness/like-bar.tsx';
import { page, place } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { undoShown } from '../parts/notices.tsx';
import { LiveFolders } from '../saved/saved-list.tsx';
import { t } from '../texts/text.ts';
import { FirstRun } from '../views/first-run.tsx';
import { view } from '../views/view.tsx';
import { WorkView } from '../work/work-view.tsx';
import { Grid } from './grid.tsx';
import { followChosen, isSelecting } from './selection.ts';
import { columns, columnsError, columnsKey, isBehind, isTimed, isUnused, loadColumns, reloadSoon, selection } from './shown-works.ts';
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
  useEffect(followFacets, []);
  useEffect(followChosen, []);
  useLayoutEffect(() => handleKeys({ undo: () => undoShown() || openDialog('history') }), []);
  const work = useComputed(() => (page.value === 'works' ? place.value.path[1] : undefined)).value;
  const isCovered = work !== undefined;
  return (
    <>
      <main class={`min-h-0 flex-1 flex-col ${isShown ? 'flex' : 'hidden'}`} inert={isCovered} aria-hidden={isCovered}>
        <h1 class="sr-only">{t('nav.gallery')}</h1>
        <div class="relative">
          {!isUnused.value && (
            <div inert={isSelecting.value}>
              <Toolbar />
            </div>
          )}
          {isSelecting.value && <ActionBar />}
        </div>
        <LiveFolders />
        <Chips />
        <LikeBar />
        {selection.value.trashed && <TrashBar />}
        <div class="flex min-h-0 flex-1">
          {isShown && isPanelOpen.value && <FacetPanel />}
          <div class="flex min-h-0 min-w-0 flex-1 flex-col">
            <Works isInFront={isShown && !isCovered} />
          </div>
        </div>
        {isShown && !isCovered && <DropZone />}
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
    return <Empty />;
  }
  return (
    <Grid
      columns={loaded}
      selectionKey={columnsKey.value}
      rowHeight={rowHeight.value}
      isTimed={isTimed.value}
      view={view.value}
      isInFront={isInFront}
    />
  );
}

function Empty() {
  const { query, trashed, like } = selection.value;
  if (isBehind.value) return <p class="p-8 text-muted">{t('common.loading')}</p>;
  if (isUnused.value) return <FirstRun />;
  const isAll = query === '' && !like;
  const kind = like ? 'alike' : trashed && isAll ? 'trash' : 'query';
  const said = {
    alike: ['like.none', 'like.noneHint'],
    trash: ['find.trashEmpty', 'find.trashEmptyHint'],
    query: ['works.nothing', 'works.nothingHint'],
  } as const;
  const [title, hint] = said[kind];
  return (
    <div class="grid flex-1 place-items-center p-8 text-center">
      <div>
        <p class="text-lg font-medium">{t(title)}</p>
        <p class="text-muted">{t(hint)}</p>
      </div>
    </div>
  );
}
