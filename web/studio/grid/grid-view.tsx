import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { onEvent } from '../../api/events.ts';
import { addressOfPicture, cancelJob, isOpen, type Job, jobOf, keepJob, previewOf } from '../../api/jobs.ts';
import { optionName } from '../../form/option-text.ts';
import { hrefOf } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { placeText } from '../painting/progress.tsx';
import { type Table, tableOf } from './axes.ts';
import { saveGrid } from './grid-picture.ts';

/** The table of a grid, which fills while it is painted. */
export function GridView({ batch }: { batch: string }) {
  const ids = useSignal<readonly string[] | undefined>(undefined);
  const isMissing = useSignal(false);
  useEffect(() => {
    const read = (): void => {
      isMissing.value = false;
      ask<{ jobs: Job[] }>(`batches/${batch}`).then(
        ({ jobs }) => {
          for (const job of jobs) keepJob(job);
          ids.value = jobs.map(({ id }) => id);
        },
        (error) => {
          if ((error as { status?: number }).status === 404) isMissing.value = true;
          else tellError(error);
        },
      );
    };
    read();
    return onEvent('reset', read);
  }, [batch]);
  const jobs = useComputed(() => (ids.value ?? []).flatMap((id) => jobOf(id).value ?? []));
  if (isMissing.value) return <p role="alert">{t('studio.gridMissing')}</p>;
  if (!ids.value) return <p class="text-muted">{t('common.loading')}</p>;
  const table = tableOf(jobs.value);
  const open = jobs.value.filter(isOpen);
  const done = jobs.value.filter(({ state }) => state === 'done').length;
  const cancel = (): void => {
    for (const { id } of open) cancelJob(id).catch(tellError);
  };
  return (
    <section aria-label={t('studio.grid')} class="flex flex-col gap-3">
      <div class="flex flex-wrap items-center gap-3">
        <p class="text-sm text-muted" role="status">
          {t('studio.gridDone', { done, n: jobs.value.length })}
        </p>
        {open.length > 0 && <Button onClick={cancel}>{t('studio.gridCancel')}</Button>}
        {done > 0 && <Button onClick={() => saveGrid(table).catch(tellError)}>{t('studio.gridSave')}</Button>}
      </div>
      <div class="overflow-x-auto">
        <GridTable table={table} />
      </div>
    </section>
  );
}

function GridTable({ table: { columns, rows, x, y, xLabels, yLabels, jobAt } }: { table: Table }) {
  const each = (count: number) => Array.from({ length: count }, (_, index) => index);
  return (
    <table class="border-separate border-spacing-1 text-sm">
      <thead>
        <tr>
          <td class="text-xs text-muted">
            {y !== undefined && `${optionName(y)} ↓ `}
            {x !== undefined && `${optionName(x)} →`}
          </td>
          {each(columns).map((column) => (
            <th key={column} scope="col" class="max-w-48 truncate px-1 font-medium" dir="auto" title={xLabels[column]}>
              {xLabels[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {each(rows).map((row) => (
          <tr key={row}>
            <th scope="row" class="max-w-32 truncate px-1 text-right font-medium" dir="auto" title={yLabels[row]}>
              {yLabels[row]}
            </th>
            {each(columns).map((column) => (
              <td key={column} class="p-0">
                <Cell job={jobAt(column, row)} label={[xLabels[column], yLabels[row]].filter((text) => text !== '').join(', ')} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ job, label }: { job: Job | undefined; label: string }) {
  const look = 'block h-40 w-40 overflow-hidden rounded bg-sunken';
  if (!job) return <span class={look} />;
  const [picture] = job.pictures;
  const preview = previewOf(job.id).value;
  if (picture)
    return (
      <a href={picture.work === null ? hrefOf('studio', { job: job.id }) : hrefOf(`works/${picture.work}`)} class={look}>
        <img src={addressOfPicture(job, picture)} alt={label} class="h-full w-full object-cover" />
      </a>
    );
  return (
    <a href={hrefOf('studio', { job: job.id })} class={`${look} relative`}>
      {preview !== undefined && <img src={preview} alt="" class="h-full w-full object-cover" />}
      <span class="absolute inset-0 grid place-items-center p-2 text-center text-xs text-muted">
        {preview === undefined ? placeText(job) : <span class="sr-only">{placeText(job)}</span>}
      </span>
    </a>
  );
}
