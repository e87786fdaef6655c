import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api/client.ts';
import { whenSignedIn } from '../api/session.ts';
import {
  type Change,
  changeWork,
  type FullWork,
  fullWorkOf,
  keepRow,
  pictureOf,
  restoreWork,
  rowOf,
  trashWork,
  type WorkRow,
} from '../api/works.ts';
import { focused } from '../gallery/place-kept.ts';
import { columns, selectionQuery } from '../gallery/shown-works.ts';
import { altOf } from '../gallery/tile.tsx';
import { handleKeys } from '../keys/listen.ts';
import { goBack, hrefOf, navigate } from '../navigate/router.ts';
import { IconButton } from '../parts/button.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { readStored, store } from '../parts/storage.ts';
import { t, timeText } from '../texts/text.ts';
import { Decisions } from './decisions.tsx';
import { EditPanel } from './edit-panel.tsx';

/** One work, over the gallery: its picture, what was decided about it, and how it was made. */
export function WorkView({ id }: { id: string }) {
  const [work, setWork] = useState<FullWork | undefined>(undefined);
  const [error, setError] = useState<ApiError | undefined>(undefined);
  const [hasDetails, setDetails] = useState(readStored<boolean>('local', 'details') ?? true);
  const back = useRef<HTMLElement>(null);
  const index = columns.value?.indexOf(id) ?? -1;

  useEffect(() => {
    const abort = new AbortController();
    setError(undefined);
    fullWorkOf(id, abort.signal).then(
      (full) => {
        keepRow(full);
        setWork(full);
      },
      (problem) => {
        if (!abort.signal.aborted) setError(problem as ApiError);
      },
    );
    return () => abort.abort();
  }, [id]);
  useEffect(() => {
    if (index >= 0) focused.value = index;
  }, [index]);
  useEffect(() => back.current?.focus(), []);

  const show = (to: number): void => {
    const other = to >= 0 && to < (columns.value?.count ?? 0) ? columns.value?.idAt(to) : undefined;
    if (other !== undefined) navigate(hrefOf(`works/${other}`, selectionQuery()), { replace: true });
  };
  const close = (): void => goBack(hrefOf('', selectionQuery()));
  const change = (wanted: Change): void => whenSignedIn(() => changeWork(id, wanted).catch(tellError));
  const toggleDetails = (): void => {
    setDetails(!hasDetails);
    store('local', 'details', !hasDetails);
  };
  const trash = (): void =>
    whenSignedIn(() => {
      const after = index + 1 < (columns.value?.count ?? 0) ? index + 1 : index - 1;
      trashWork(id).then(() => {
        tell(t('work.trashed'), { action: { label: t('common.undo'), run: () => restoreWork(id).catch(tellError) } });
        if (after >= 0) show(after);
        else close();
      }, tellError);
    });

  useEffect(() =>
    handleKeys({
      next: () => show(index + 1),
      previous: () => show(index - 1),
      close,
      rate: (key) => change({ rating: key === '0' ? null : Number(key) }),
      pick: () => change({ flag: 'pick' }),
      reject: () => change({ flag: 'reject' }),
      unflag: () => change({ flag: 'none' }),
      star: () => change({ star: !rowOf(id).value?.star }),
      details: toggleDetails,
      trash,
    }),
  );

  const row = rowOf(id).value;
  const shown = work?.id === id ? work : undefined;
  return (
    <section class="absolute inset-0 z-10 flex flex-col bg-paper" aria-label={row?.name ?? t('common.loading')} tabIndex={-1} ref={back}>
      <header class="flex items-center gap-1 border-b border-line px-2 py-1">
        <IconButton icon="back" label={t('common.back')} onClick={close} />
        <h2 class="min-w-0 flex-1 truncate font-medium" dir="auto">
          {row?.name}
        </h2>
        {row && <Decisions row={row} onChange={change} />}
        {row && (
          <a
            href={`${pictureOf(row)}&download=true`}
            download
            class="inline-grid min-h-9 min-w-9 place-items-center rounded-md hover:bg-sunken"
            aria-label={t('work.download')}
            title={t('work.download')}
          >
            ⤓
          </a>
        )}
        <IconButton icon="trash" label={t('work.trash')} onClick={trash} />
        <IconButton icon="info" label={t('work.details')} isPressed={hasDetails} onClick={toggleDetails} />
      </header>
      <div class="flex min-h-0 flex-1 max-lg:flex-col">
        <div class="relative grid min-h-0 min-w-0 flex-1 place-items-center bg-sunken p-2">
          {error && <p role="alert">{error.status === 404 ? t('work.notFound') : error.message}</p>}
          {row && !error && (
            <img
              key={row.id}
              src={pictureOf(row)}
              alt={altOf(row)}
              width={row.width}
              height={row.height}
              fetchPriority="high"
              class="absolute inset-0 m-auto max-h-full max-w-full object-contain"
            />
          )}
          <div class="absolute inset-y-0 left-1 grid place-items-center">
            {index > 0 && <IconButton icon="back" label={t('work.previous')} onClick={() => show(index - 1)} />}
          </div>
          <div class="absolute inset-y-0 right-1 grid place-items-center">
            {index >= 0 && index + 1 < (columns.value?.count ?? 0) && (
              <IconButton icon="forward" label={t('work.next')} onClick={() => show(index + 1)} />
            )}
          </div>
        </div>
        {hasDetails && shown && row && <Facts work={shown} row={row} />}
      </div>
    </section>
  );
}

function Facts({ work, row }: { work: FullWork; row: WorkRow }) {
  return (
    <aside
      class="w-full overflow-y-auto border-line p-4 text-sm max-lg:max-h-[40%] max-lg:border-t lg:w-80 lg:border-l"
      aria-label={t('work.details')}
    >
      <p class="mb-3 text-muted">{timeText(work.createdAt)}</p>
      <EditPanel row={row} work={work} />
      {work.prompt !== null && (
        <>
          <h3 class="mt-3 font-semibold">{t('work.prompt')}</h3>
          <p dir="auto" class="break-words whitespace-pre-wrap">
            {work.prompt}
          </p>
        </>
      )}
      {work.infotext !== null && (
        <>
          <h3 class="mt-3 font-semibold">{t('work.recipe')}</h3>
          <pre class="mt-1 rounded bg-sunken p-2 break-words whitespace-pre-wrap" dir="auto">
            {work.infotext}
          </pre>
        </>
      )}
    </aside>
  );
}
