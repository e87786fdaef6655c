import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, ask } from '../../api/client.ts';
import { whenSignedIn } from '../../api/session.ts';
import { type FullWork, pictureOf } from '../../api/works.ts';
import { differenceText } from '../../compare/difference-text.ts';
import { type Compared, comparePictures } from '../../compare/pixels.ts';
import { Slider } from '../../compare/slider.tsx';
import { hrefOf } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { t } from '../../texts/text.ts';
import { Section } from '../panel/section.tsx';
import type { Job } from './follow-job.ts';
import { reproduce } from './reproduce.ts';
import { paintVariations } from './variations.ts';

type Try =
  | { state: 'none' }
  | { state: 'waiting'; job: Job | undefined }
  | { state: 'painted'; picture: string; compared: Compared | undefined }
  | { state: 'failed'; message: string };

const failed = (error: unknown): Try => ({ state: 'failed', message: error instanceof ApiError ? error.message : String(error) });

/** Paints the work again from its recipe, and compares; what is painted is not filed. */
function useReproduction(work: FullWork): [Try, () => void, () => void] {
  const [tried, setTried] = useState<Try>({ state: 'none' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => {
    setTried({ state: 'none' });
    return () => running.current?.abort();
  }, [work.id]);
  const paint = async (signal: AbortSignal): Promise<void> => {
    const picture = await reproduce(work, (job) => setTried({ state: 'waiting', job }), signal);
    setTried({ state: 'painted', picture, compared: undefined });
    const compared = await comparePictures(pictureOf(work), picture).catch(() => undefined);
    if (signal.aborted) return;
    setTried(compared ? { state: 'painted', picture, compared } : { state: 'failed', message: t('repaint.notCompared') });
  };
  const start = (): void =>
    whenSignedIn(() => {
      const abort = new AbortController();
      running.current = abort;
      setTried({ state: 'waiting', job: undefined });
      paint(abort.signal).catch((error: unknown) => {
        if (!abort.signal.aborted) setTried(failed(error));
      });
    });
  const cancel = (): void => {
    if (tried.state !== 'waiting' || !tried.job) return;
    ask(`jobs/${tried.job.id}/cancel`, { method: 'POST' }).catch((error: unknown) => setTried(failed(error)));
  };
  return [tried, start, cancel];
}

/** Ways to paint from this work: another like it, some with other seeds, or the same again. */
export function RepaintSection({ work }: { work: FullWork }) {
  const [tried, start, cancel] = useReproduction(work);
  if (!work.recipe) return null;
  return (
    <Section name="repaint" title={t('repaint.title')}>
      <div class="flex flex-wrap gap-2">
        <a
          href={hrefOf('studio', { work: work.id })}
          class="inline-flex min-h-9 items-center gap-2 rounded-md border border-line bg-raised px-3 py-1 font-medium hover:bg-sunken"
        >
          <Icon name="brush" size={18} />
          {t('repaint.remix')}
        </a>
        <Button onClick={() => paintVariations(work.id)}>{t('repaint.variations')}</Button>
        {tried.state !== 'waiting' && (
          <Button onClick={start} reveal="reproduce">
            {t('repaint.reproduce')}
          </Button>
        )}
        {tried.state === 'waiting' && tried.job && <Button onClick={cancel}>{t('common.cancel')}</Button>}
      </div>
      <p class="mt-2 text-xs text-muted">{t('repaint.help')}</p>
      <div role="status" aria-live="polite" class="mt-2">
        <Result tried={tried} work={work} />
      </div>
    </Section>
  );
}

function Result({ tried, work }: { tried: Try; work: FullWork }) {
  switch (tried.state) {
    case 'none':
      return null;
    case 'failed':
      return (
        <p class="break-words text-bad" dir="auto">
          {tried.message}
        </p>
      );
    case 'waiting': {
      const { ahead = null, progress = null } = tried.job ?? {};
      const words = ahead !== null && ahead > 0 ? t('repaint.ahead', { n: ahead }) : t('repaint.painting');
      return (
        <div class="flex flex-col gap-1">
          {words}
          {progress && <progress class="w-full accent-accent" value={progress.fraction} aria-label={words} />}
        </div>
      );
    }
    case 'painted':
      return (
        <>
          <p class="font-medium">{tried.compared ? differenceText(tried.compared) : t('repaint.comparing')}</p>
          {tried.compared && !tried.compared.difference?.exact && (
            <div class="relative mt-2 aspect-square">
              <Slider
                a={{ address: pictureOf(work), alt: t('repaint.stored'), name: t('repaint.stored') }}
                b={{ address: tried.picture, alt: t('repaint.again'), name: t('repaint.again') }}
              />
            </div>
          )}
        </>
      );
  }
}
