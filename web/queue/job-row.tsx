import type { ComponentChildren, HTMLAttributes } from 'preact';
import { addressOfPicture, cancelJob, isOpen, type Job, previewOf, retryJob } from '../api/jobs.ts';
import { isAdmin, mayPaint } from '../api/session.ts';
import { hrefOf } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { tellError } from '../parts/notices.tsx';
import { JobProgress, placeText } from '../studio/painting/progress.tsx';
import { t, timeText } from '../texts/text.ts';

/** What a job paints, in words. */
export function titleOf({ request, client }: Job): string {
  if (!request) return t(client === '' ? 'queue.hidden' : 'queue.foreign');
  const { prompt, topic, subject } = request.options;
  const words = [prompt, subject, topic].find((one) => typeof one === 'string' && one !== '');
  return typeof words === 'string' ? words : t(request.kind === 'upscale' ? 'queue.upscale' : 'studio.noPrompt');
}

/** Whether this person may cancel, move or repeat a job. */
export const mayChange = (isOwn: boolean): boolean => isAdmin.value || (mayPaint.value && isOwn);

interface JobRowProps {
  job: Job;
  isOwn: boolean;
  /** Further buttons. */
  children?: ComponentChildren;
  /** Makes it one that can be dragged, and dropped on. */
  drag?: HTMLAttributes<HTMLLIElement> | undefined;
  look?: string;
}

export function JobRow({ job, isOwn, children, drag, look = '' }: JobRowProps) {
  const { state } = job;
  return (
    <li
      {...drag}
      class={`${look} flex flex-wrap items-center gap-3 rounded-md border bg-raised p-2 border-line ${isOwn ? 'border-l-4 border-l-accent' : ''}`}
    >
      <Thumbnail job={job} />
      <div class="min-w-40 flex-1">
        <p class="line-clamp-2 text-sm break-words" dir="auto">
          {titleOf(job)}
        </p>
        <p class="flex flex-wrap gap-x-2 text-xs text-muted">
          <span class={isOwn ? 'font-medium text-accent' : ''}>{whose(job, isOwn)}</span>
          <span class={`min-w-0 break-words ${state === 'failed' ? 'text-bad' : ''}`} dir="auto">
            {placeText(job)}
          </span>
          {job.endedAt !== null && <span>{timeText(job.endedAt)}</span>}
        </p>
        {state === 'running' && (
          <div class="mt-1">
            <JobProgress job={job} />
          </div>
        )}
      </div>
      <div class="flex flex-wrap items-center gap-1">
        {children}
        <Actions job={job} isOwn={isOwn} />
      </div>
    </li>
  );
}

function whose({ client }: Job, isOwn: boolean): string {
  if (isOwn) return t('queue.own');
  return t(client === 'schedule' ? 'queue.artist' : 'queue.other');
}

function Actions({ job, isOwn }: { job: Job; isOwn: boolean }) {
  const { id, state, pictures } = job;
  const work = pictures.find((one) => one.work !== null)?.work;
  return (
    <>
      {work && (
        <a href={hrefOf(`works/${work}`)} class="inline-flex min-h-9 items-center rounded-md px-3 text-sm font-medium hover:bg-sunken">
          {t('studio.open')}
        </a>
      )}
      {mayChange(isOwn) && isOpen(job) && <Button onClick={() => cancelJob(id).catch(tellError)}>{t('common.cancel')}</Button>}
      {mayChange(isOwn) && (state === 'failed' || state === 'cancelled') && (
        <Button onClick={() => retryJob(id).catch(tellError)}>{t('common.retry')}</Button>
      )}
    </>
  );
}

function Thumbnail({ job }: { job: Job }) {
  const [picture] = job.pictures;
  const address = picture ? addressOfPicture(job, picture) : previewOf(job.id).value;
  return (
    <span class="block h-14 w-14 shrink-0 overflow-hidden rounded bg-sunken">
      {address !== undefined && <img src={address} alt="" class="h-full w-full object-cover" loading="lazy" />}
    </span>
  );
}
