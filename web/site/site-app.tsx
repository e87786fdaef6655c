import { useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SiteFacts, SiteWork } from '../../lib/gallery/export/site-data.ts';
import { Grid } from '../gallery/grid.tsx';
import { moves } from '../gallery/move-focus.ts';
import { focused } from '../gallery/place-kept.ts';
import { columns, columnsKey, selection, selectionQuery } from '../gallery/shown-works.ts';
import { handleKeys } from '../keys/listen.ts';
import { isKeysShown, KeysOverlay } from '../keys/overlay.tsx';
import type { KeyAction } from '../keys/table.ts';
import { goBack, hrefOf, navigate, page, place } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { allWorks, factsOf, workOf } from './data.ts';
import { SiteStage } from './site-stage.tsx';
import { SiteToolbar } from './site-toolbar.tsx';
import { WorkPage } from './work-page.tsx';

const rowHeight = 200;
/** Keys that mean something where nothing can be changed. */
const keys: readonly KeyAction[] = ['help', 'search', ...moves, 'next', 'previous', 'zoomIn', 'zoomOut', 'zoomFit', 'close'];

/** The gallery of an exported site, and over it the work that the address names. */
export function SiteApp({ title }: { title: string }) {
  const id = useComputed(() => (page.value === 'works' ? place.value.path[1] : undefined)).value;
  const isCovered = id !== undefined;
  const work = id === undefined ? undefined : workOf(id);
  useLayoutEffect(
    () =>
      handleKeys({
        help: () => {
          isKeysShown.value = true;
        },
      }),
    [],
  );
  useEffect(() => {
    document.title = work ? work.name : title;
  }, [work, title]);
  // The focus returns to the picture that was open.
  const wasCovered = useRef(false);
  useLayoutEffect(() => {
    if (wasCovered.current && !isCovered)
      document.querySelector<HTMLElement>(`[data-index="${focused.peek()}"]`)?.focus({ preventScroll: true });
    wasCovered.current = isCovered;
  }, [isCovered]);
  return (
    <div class="relative h-full">
      <div class="flex h-full flex-col" inert={isCovered} aria-hidden={isCovered}>
        <SiteToolbar title={title} />
        <main class="flex min-h-0 flex-1 flex-col">
          <Works isInFront={!isCovered} />
        </main>
        <footer class="border-t border-line px-3 py-1 text-xs text-muted">{t('site.allMadeWithAi')}</footer>
      </div>
      {id !== undefined && <Viewer title={title} id={id} work={work} />}
      <KeysOverlay actions={keys} />
    </div>
  );
}

/** Whether the site has its works in the order of time: without it, days and the timeline mean nothing. */
const isInTime = (): boolean => {
  const works = allWorks();
  return works.every(({ createdAt }, index) => createdAt <= (works[index - 1]?.createdAt ?? createdAt));
};

function Works({ isInFront }: { isInFront: boolean }) {
  const isTimed = useMemo(isInTime, []);
  const loaded = columns.value;
  if (!loaded) return <p class="p-8 text-muted">{t('common.loading')}</p>;
  if (loaded.count === 0) {
    const isAll = allWorks().length === 0;
    return (
      <div class="grid flex-1 place-items-center p-8 text-center">
        <div>
          <p class="text-lg font-medium">{t(isAll ? 'works.empty' : 'works.nothing')}</p>
          {!isAll && <p class="text-muted">{t('works.nothingHint')}</p>}
        </div>
      </div>
    );
  }
  return (
    <Grid
      columns={loaded}
      selectionKey={columnsKey.value}
      rowHeight={rowHeight}
      isTimed={isTimed && selection.value.sort !== 'rating'}
      view="rows"
      isInFront={isInFront}
      hasActions={false}
    />
  );
}

/** The addresses of the works beside one, and of the list, as they are found now. */
function linksOf(id: string): { newer: string | undefined; older: string | undefined; list: string } {
  const shown = columns.value;
  const index = shown?.indexOf(id) ?? -1;
  const hrefAt = (at: number): string | undefined =>
    index >= 0 && shown && at >= 0 && at < shown.count ? hrefOf(`works/${shown.idAt(at)}`, selectionQuery()) : undefined;
  return { newer: hrefAt(index - 1), older: hrefAt(index + 1), list: hrefOf('', selectionQuery()) };
}

function Viewer({ title, id, work }: { title: string; id: string; work: SiteWork | undefined }) {
  const section = useRef<HTMLDivElement>(null);
  const index = columns.value?.indexOf(id) ?? -1;
  useEffect(() => {
    if (index >= 0) focused.value = index;
  }, [index]);
  useLayoutEffect(() => section.current?.focus(), []);
  return (
    <div ref={section} tabIndex={-1} class="absolute inset-0 z-10 overflow-y-auto bg-paper outline-none">
      {work ? <OpenWork title={title} work={work} /> : <NoWork title={title} list={linksOf(id).list} />}
    </div>
  );
}

function OpenWork({ title, work }: { title: string; work: SiteWork }) {
  const { id } = work;
  const [known, setKnown] = useState<{ id: string; facts: SiteFacts } | undefined>(undefined);
  useEffect(() => {
    let isStale = false;
    const show = (facts: SiteFacts): void => {
      if (!isStale) setKnown({ id, facts });
    };
    // Without its file the work is shown with what is known.
    factsOf(id).then(show, () => show(work.prompt === undefined ? [] : [[t('work.prompt'), work.prompt]]));
    return () => {
      isStale = true;
    };
  }, [id]);
  const links = linksOf(id);
  const go = (href: string | undefined): void => {
    if (href !== undefined) navigate(href, { replace: true });
  };
  const ways = { next: () => go(links.older), previous: () => go(links.newer), close: () => goBack(links.list) };
  const picture = `images/${work.picture}`;
  return (
    <WorkPage
      title={title}
      work={work}
      facts={known?.id === id ? known.facts : undefined}
      picture={picture}
      web={work.web && `web/${work.web}`}
      links={links}
      stage={<SiteStage work={work} small={`thumbs/${id}.webp`} picture={picture} ways={ways} />}
    />
  );
}

function NoWork({ title, list }: { title: string; list: string }) {
  useLayoutEffect(() => handleKeys({ close: () => goBack(list) }));
  return (
    <main class="p-8">
      <h1 class="text-lg font-semibold">{t('work.notFound')}</h1>
      <a class="underline" href={list}>
        {t('site.backTo', { title })}
      </a>
    </main>
  );
}
