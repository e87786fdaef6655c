import { addressOfPicture, isOpen, type Job, previewOf } from '../../api/jobs.ts';
import { hrefOf } from '../../navigate/router.ts';
import { numberText, t } from '../../texts/text.ts';
import { ownJobs } from './own-jobs.ts';
import { placeText } from './progress.tsx';

/** Own jobs, newest first: each can be brought to the front. */
export function JobStrip({ shown }: { shown: string | undefined }) {
  const painted = ownJobs.value.filter(({ state }) => state !== 'cancelled');
  // A grid is one entry.
  const jobs = painted.filter(({ batch }, at) => batch === null || painted.findIndex((one) => one.batch === batch) === at);
  if (jobs.length === 0) return null;
  return (
    <nav aria-label={t('studio.jobs')}>
      <ul class="flex gap-2 overflow-x-auto py-1">
        {jobs.map((job) => (
          <li key={job.id} class="shrink-0">
            <JobLink job={job} isShown={job.id === shown} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function JobLink({ job, isShown }: { job: Job; isShown: boolean }) {
  const [picture] = job.pictures;
  const preview = previewOf(job.id).value;
  const address = picture ? addressOfPicture(job, picture) : preview;
  const prompt = String(job.request?.options['prompt'] ?? t('studio.noPrompt')).slice(0, 80);
  const state = job.state === 'running' ? `${numberText((job.progress?.fraction ?? 0) * 100)} %` : t('queue.state.waiting');
  return (
    <a
      href={job.batch === null ? hrefOf('studio', { job: job.id }) : hrefOf('studio', { grid: job.batch })}
      aria-current={isShown ? 'true' : undefined}
      aria-label={`${prompt}: ${isOpen(job) ? `${state}, ` : ''}${placeText(job)}`}
      class={`relative block h-20 w-20 overflow-hidden rounded-md border-2 bg-sunken ${isShown ? 'border-accent' : 'border-transparent'}`}
    >
      {address !== undefined && <img src={address} alt="" class="h-full w-full object-cover" />}
      {isOpen(job) && <span class="absolute inset-x-0 bottom-0 bg-black/65 py-0.5 text-center text-xs text-white">{state}</span>}
      {job.state === 'failed' && (
        <span class="absolute inset-0 grid place-items-center p-1 text-center text-xs text-bad">{t('queue.state.failed')}</span>
      )}
    </a>
  );
}
