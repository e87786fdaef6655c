import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addressOfPicture, cancelJob, isOpen, type Job, type JobPicture, previewOf, retryJob } from '../../api/jobs.ts';
import { hrefOf } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { askedCount, askedSize } from './asked-size.ts';
import { JobProgress, placeText } from './progress.tsx';
import { WorkActions } from './work-actions.tsx';

interface ResultProps {
  job: Job;
  /** Cancels the job that is painted, and starts what the form says. */
  onReplace: () => void;
  onRemix: (work: string) => void;
}

/** The job in front: its preview, then its pictures and what to do with them. */
export function Result({ job, onReplace, onRemix }: ResultProps) {
  const index = useSignal(0);
  const { pictures, state } = job;
  const shown = pictures[Math.min(index.value, pictures.length - 1)];
  const isRunning = isOpen(job);
  const isSeveral = askedCount(job) > 1;
  useEffect(() => {
    index.value = 0;
  }, [job.id]);
  return (
    <section aria-label={t('studio.result')} class="@container flex min-w-0 flex-col gap-3">
      {/* Each step would be too much to hear. */}
      <p class="sr-only" role="status">
        {t(`queue.state.${state}`)}
      </p>
      <Picture job={job} picture={shown} />
      {isSeveral && <Pictures job={job} shown={shown} onShow={(to) => (index.value = to)} />}
      {/* As high while it is painted as when it is there: what is below stays in its place. Of several, the first can be rated meanwhile. */}
      <div class={`flex flex-col gap-3 ${isSeveral ? 'min-h-44 @2xl:min-h-26' : 'min-h-20 @2xl:min-h-14'}`}>
        {shown?.work && <WorkActions key={shown.work} id={shown.work} onRemix={onRemix} />}
        {isRunning && <Painting job={job} onReplace={onReplace} />}
        {(state === 'failed' || state === 'cancelled') && <Ended job={job} />}
      </div>
      {job.warnings.length > 0 && (
        <ul class="list-disc pl-5 text-xs text-muted" dir="auto">
          {job.warnings.map((warning) => (
            <li key={warning} class="break-words">
              {warning}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Painting({ job, onReplace }: { job: Job; onReplace: () => void }) {
  return (
    <div class="flex flex-col gap-2">
      <JobProgress job={job} />
      <div class="flex flex-wrap items-center justify-between gap-2">
        <p class="text-sm text-muted">{placeText(job)}</p>
        <div class="flex flex-wrap gap-2">
          <Button onClick={() => cancelJob(job.id).catch(tellError)}>{t('common.cancel')}</Button>
          {job.state === 'running' && <Button onClick={onReplace}>{t('studio.replace')}</Button>}
        </div>
      </div>
    </div>
  );
}

function Ended({ job }: { job: Job }) {
  return (
    <div class="flex flex-wrap items-center gap-3 rounded-md border border-line p-3 text-sm">
      <p class={`min-w-0 flex-1 break-words ${job.state === 'failed' ? 'text-bad' : 'text-muted'}`} dir="auto">
        {placeText(job)}
      </p>
      <Button onClick={() => retryJob(job.id).catch(tellError)}>{t('common.retry')}</Button>
    </div>
  );
}

const promptOf = ({ request }: Job): string => String(request?.options['prompt'] ?? '');

/** It has its place before there is a picture, so that nothing jumps. */
function Picture({ job, picture }: { job: Job; picture: JobPicture | undefined }) {
  const preview = previewOf(job.id).value;
  const { width, height } = picture ?? askedSize(job);
  const ratio = `${width} / ${height}`;
  const look = 'absolute inset-0 h-full w-full object-contain';
  return (
    <div class="relative max-h-[70dvh] w-full overflow-hidden rounded-md bg-sunken" style={{ aspectRatio: ratio }}>
      {preview !== undefined && <img src={preview} alt={picture ? '' : t('studio.preview')} class={look} data-preview="" />}
      {picture && <PictureLink job={job} picture={picture} look={look} />}
      {!picture && preview === undefined && (
        <span class="absolute inset-0 grid place-items-center text-muted">
          <Icon name="brush" size={40} />
        </span>
      )}
    </div>
  );
}

function PictureLink({ job, picture, look }: { job: Job; picture: JobPicture; look: string }) {
  const image = <img src={addressOfPicture(job, picture)} alt={promptOf(job)} width={picture.width} height={picture.height} class={look} />;
  return picture.work === null ? image : <a href={hrefOf(`works/${picture.work}`)}>{image}</a>;
}

interface PicturesProps {
  job: Job;
  shown: JobPicture | undefined;
  onShow: (index: number) => void;
}

/** The pictures of a job of several, each at its place from the beginning. */
function Pictures({ job, shown, onShow }: PicturesProps) {
  return (
    <ul class="flex flex-wrap gap-2">
      {job.pictures.map((picture, at) => (
        <li key={picture.index}>
          <button
            type="button"
            class={`block h-16 w-16 overflow-hidden rounded border-2 ${picture === shown ? 'border-accent' : 'border-transparent'}`}
            aria-label={t('queue.picture', { picture: at + 1, pictures: job.pictures.length })}
            aria-pressed={picture === shown}
            onClick={() => onShow(at)}
          >
            <img src={addressOfPicture(job, picture)} alt="" class="h-full w-full object-cover" />
          </button>
        </li>
      ))}
      {Array.from({ length: askedCount(job) - job.pictures.length }, (_, index) => (
        <li key={`coming ${index}`} class="h-16 w-16 rounded bg-sunken" aria-hidden="true" />
      ))}
    </ul>
  );
}
