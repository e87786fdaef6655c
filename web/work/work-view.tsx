import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { mayPaint, whenSignedIn } from '../api/session.ts';
import { type Change, changeWork, restoreWork, trashWork } from '../api/works.ts';
import { focused } from '../gallery/place-kept.ts';
import { columns, leaveOut, selectionQuery } from '../gallery/shown-works.ts';
import { altOf } from '../gallery/tile.tsx';
import { MoreLike } from '../likeness/more-like.tsx';
import { goBack, hrefOf, navigate, place, setQuery } from '../navigate/router.ts';
import { useTitle } from '../navigate/title.ts';
import { IconButton } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { compareHref, DownloadMenu, MoreMenu } from './actions.tsx';
import { Banner } from './banner.tsx';
import { Decisions } from './decisions.tsx';
import { isFull, mayFill, toggleFull } from './full-screen.ts';
import { usePicture, usePreloadAround } from './load-picture.ts';
import { NoWork } from './no-work.tsx';
import { Panel } from './panel/panel.tsx';
import { usePanel } from './panel/use-panel.ts';
import { Stage } from './stage.tsx';
import { useWork } from './use-work.ts';
import { useWorkKeys } from './use-work-keys.ts';
import { ledgerOf } from './why/ledger.ts';
import { WhyView } from './why/why-view.tsx';
import { useStage } from './zoom/use-stage.ts';

/** One work, over the gallery: its picture, what was decided about it, and how it was made. */
export function WorkView({ id }: { id: string }) {
  const { row, work, error, isRemoved, change: changeNow } = useWork(id);
  const [attempt, setAttempt] = useState(0);
  const box = useRef<HTMLElement>(null);
  const isTrashing = useRef(false);
  const panel = usePanel(box, work !== undefined);
  const index = columns.value?.indexOf(id) ?? -1;
  const picture = usePicture(row, attempt);
  usePreloadAround(columns.value, index);
  useTitle(row?.name);

  useEffect(() => {
    if (index >= 0) focused.value = index;
  }, [index]);
  useLayoutEffect(() => box.current?.focus(), []);

  const idAt = (at: number): string | undefined => (at >= 0 && at < (columns.value?.count ?? 0) ? columns.value?.idAt(at) : undefined);
  const [newer, older] = index < 0 ? [] : [idAt(index - 1), idAt(index + 1)];
  const show = (other: string | undefined): void => {
    if (other !== undefined) navigate(hrefOf(`works/${other}`, selectionQuery()), { replace: true });
  };
  const close = (): void => goBack(hrefOf('', selectionQuery()));
  const hasWhy = work !== undefined && ledgerOf(work) !== undefined;
  const isWhy = place.value.query['show'] === 'why' && hasWhy;
  const toggleWhy = (): void => {
    if (isWhy) goBack(hrefOf(`works/${id}`, selectionQuery()));
    else if (hasWhy) setQuery({ show: 'why' });
  };
  const change = (wanted: Change): void => whenSignedIn(() => changeNow(wanted));
  const hide = (): void =>
    whenSignedIn(() => {
      if (row) setHidden(id, !row.hidden);
    });
  const trash = (): void =>
    whenSignedIn(() => {
      if (isTrashing.current) return;
      isTrashing.current = true;
      const after = older ?? newer;
      const trashed = trashWork(id).then(() => {
        leaveOut([id]);
        tell(t('work.trashed'), { action: { label: t('common.undo'), run: () => restoreWork(id).catch(tellError) } });
        if (after === undefined) close();
        else show(after);
      }, tellError);
      trashed.finally(() => {
        isTrashing.current = false;
      });
    });

  const ways = { next: () => show(older), previous: () => show(newer), close };
  const shown = useStage(row, ways);
  useWorkKeys({
    control: shown.control,
    ...ways,
    close: isWhy ? toggleWhy : close,
    change,
    isStarred: row?.star ?? false,
    details: panel.toggle,
    hide,
    note: () => whenSignedIn(() => panel.reveal('note')),
    trash,
    why: toggleWhy,
    compare: () => navigate(compareHref(id, older ?? newer)),
    full: toggleFull,
  });

  const isAlone = isFull.value;
  const wasSeen = work !== undefined;
  const isLost = error !== undefined && (error.status !== 0 || !wasSeen);
  return (
    <section
      class={`flex flex-col bg-paper outline-none ${isAlone ? 'fixed inset-0 z-30' : 'absolute inset-0 z-10'}`}
      aria-label={row?.name ?? t(error ? 'work.notFound' : 'common.loading')}
      tabIndex={-1}
      ref={box}
    >
      <header class={`flex items-center gap-1 border-b border-line px-2 py-1 ${isAlone ? 'sr-only focus-within:not-sr-only' : ''}`}>
        <IconButton icon="back" label={t('common.back')} onClick={close} />
        <h2 class="min-w-0 flex-1 truncate font-medium" dir="auto">
          {row?.name}
        </h2>
        {row?.hidden && (
          <span class="flex items-center gap-1 text-sm text-muted" title={t('edit.hidden')}>
            <Icon name="hidden" size={18} />
            <span class="max-sm:sr-only">{t('edit.hidden')}</span>
          </span>
        )}
        {row && (
          <>
            <div class="max-sm:hidden">
              <Decisions row={row} onChange={change} />
            </div>
            <DownloadMenu row={row} work={work} />
            <MoreLike id={id} />
            <IconButton icon="trash" label={t('work.trash')} onClick={trash} />
            <IconButton icon="info" label={t('work.details')} isPressed={panel.isOpen} onClick={panel.toggle} />
            <MoreMenu
              row={row}
              work={work}
              newer={newer}
              older={older}
              onWhy={hasWhy ? toggleWhy : undefined}
              onHide={hide}
              onReproduce={() => panel.reveal('reproduce')}
              onFull={mayFill ? toggleFull : undefined}
            />
          </>
        )}
      </header>
      <div class="relative flex min-h-0 flex-1">
        <Stage
          {...shown}
          work={isLost ? undefined : row}
          alt={row ? altOf(row) : ''}
          picture={picture}
          onRetry={() => setAttempt(attempt + 1)}
        >
          {isLost ? <NoWork error={error} wasSeen={wasSeen} mayHide={!mayPaint.value} /> : <Banner row={row} isRemoved={isRemoved} />}
          {isWhy && work && <WhyView work={work} />}
          {!isWhy && newer !== undefined && (
            <div class="absolute inset-y-0 left-1 my-auto h-fit rounded-md bg-paper/60 max-sm:hidden">
              <IconButton icon="back" label={t('work.previous')} onClick={() => show(newer)} />
            </div>
          )}
          {!isWhy && older !== undefined && (
            <div class="absolute inset-y-0 right-1 my-auto h-fit rounded-md bg-paper/60 max-sm:hidden">
              <IconButton icon="forward" label={t('work.next')} onClick={() => show(older)} />
            </div>
          )}
          {row && hasWhy && !isAlone && <WhyButton isWhy={isWhy} n={row.candidates} onToggle={toggleWhy} />}
          {isAlone && (
            <div class="absolute top-2 right-2 rounded-md bg-raised/80">
              <IconButton icon="cross" label={t('view.leaveFull')} onClick={toggleFull} />
            </div>
          )}
        </Stage>
        {panel.isOpen && work && !isAlone && !error && <Panel work={work} onClose={panel.toggle} />}
      </div>
      {row && !isAlone && (
        <div class="flex justify-center border-t border-line py-1 sm:hidden">
          <Decisions row={row} onChange={change} />
        </div>
      )}
    </section>
  );
}

/** Hides a work from visitors or shows it again, with a way back. */
function setHidden(id: string, hidden: boolean): void {
  const undo = (): void => void changeWork(id, { hidden: !hidden }).catch(tellError);
  changeWork(id, { hidden }).then(
    () => tell(t(hidden ? 'work.hiddenNow' : 'work.shownAgain'), { action: { label: t('common.undo'), run: undo } }),
    tellError,
  );
}

/** Opens the candidates of a work, and returns to its picture. */
function WhyButton({ isWhy, n, onToggle }: { isWhy: boolean; n: number; onToggle: () => void }) {
  return (
    <button
      type="button"
      class="absolute top-2 right-2 min-h-9 rounded-lg border border-line bg-raised/90 px-3 text-sm font-medium shadow hover:bg-sunken"
      aria-expanded={isWhy}
      onClick={onToggle}
    >
      {isWhy ? t('why.back') : n > 1 ? t('why.candidates', { n }) : t('why.title')}
    </button>
  );
}
