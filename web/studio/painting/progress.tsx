import type { Job } from '../../api/jobs.ts';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { numberText, t } from '../../texts/text.ts';

const minute = 60;

/** "12 s", "3 min" */
export function secondsText(seconds: number): string {
  return seconds < minute
    ? t('studio.seconds', { n: Math.max(1, Math.round(seconds)) })
    : t('studio.minutes', { n: Math.round(seconds / minute) });
}

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
/** 1st, 2nd, 3rd, 4th */
export const ordinal = (n: number): string =>
  t(`queue.ordinal.${ordinals.select(n) as 'one' | 'two' | 'few' | 'other'}`, { number: numberText(n) });

/** Where a job stands, in words. */
export function placeText({ state, ahead, progress, error }: Job): string {
  if (state === 'waiting')
    return ahead === 0 || ahead === null ? t('queue.next') : t('queue.place', { place: ordinal(ahead + 1), n: ahead });
  if (state === 'running' && progress?.phase) {
    const { phase, step, steps, image, images, etaSeconds } = progress;
    const parts = [
      phase === 'sampling' && steps > 0 ? t('queue.step', { step, steps }) : t(`queue.phase.${phase}`),
      ...(images > 1 ? [t('queue.picture', { picture: image + 1, pictures: images })] : []),
      ...(etaSeconds !== null && etaSeconds > 0 ? [t('queue.left', { time: secondsText(etaSeconds) })] : []),
    ];
    return parts.join(', ');
  }
  if (state === 'failed' && error) return `${t('queue.state.failed')}: ${error.message === '' ? error.code : error.message}`;
  return t(`queue.state.${state}`);
}

export function JobProgress({ job }: { job: Job }) {
  return <ProgressBar value={job.progress?.fraction ?? 0} label={t('queue.progress')} />;
}
