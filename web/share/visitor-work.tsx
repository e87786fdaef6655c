import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SharedWork } from '../../lib/server/shares/read-routes.ts';
import type { ShownWork } from '../../lib/server/shares/shown-works.ts';
import { addressOf, ask } from '../api/client.ts';
import { handleKeys } from '../keys/listen.ts';
import { goBack, hrefOf, navigate } from '../navigate/router.ts';
import { IconButton } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { decoded } from '../review/decoded.ts';
import { t } from '../texts/text.ts';
import { Stage } from '../work/stage.tsx';
import { useLoaded } from '../work/zoom/use-loaded.ts';
import { stageKeys, useStage } from '../work/zoom/use-stage.ts';
import { sharedPicture } from './shared-picture.ts';

/** One work of a link, over the others: its picture fits the window, and is zoomed and swiped as in the gallery. */
export function VisitorWork({ secret, id, works }: { secret: string; id: string; works: readonly ShownWork[] }) {
  const [work, setWork] = useState<SharedWork | undefined>(undefined);
  const [isGone, setGone] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const section = useRef<HTMLElement>(null);
  const index = works.findIndex((one) => one.id === id);
  const known = work ?? works[index];
  const [newer, older] = index < 0 ? [] : [works[index - 1], works[index + 1]];
  useLayoutEffect(() => {
    ask<SharedWork>(`shared/${encodeURIComponent(secret)}/works/${encodeURIComponent(id)}`).then(setWork, () => setGone(true));
    section.current?.focus();
  }, []);
  const show = (other: ShownWork | undefined): void => {
    if (other) navigate(hrefOf(`share/${secret}/${other.id}`), { replace: true });
  };
  const ways = { next: () => show(older), previous: () => show(newer), close: () => goBack(hrefOf(`share/${secret}`)) };
  const shown = useStage(known, ways);
  useLayoutEffect(() => handleKeys(stageKeys(shown.control, ways)));
  const picture = useLoaded(known && sharedPicture(secret, known, 640), known && sharedPicture(secret, known, 1280), attempt);
  useEffect(() => {
    if (!picture.isWhole) return;
    for (const other of [older, newer]) if (other) void decoded(sharedPicture(secret, other, 1280));
  }, [picture.isWhole]);
  const title = known?.title ?? t('work.untitled');
  return (
    <section ref={section} tabIndex={-1} aria-label={title} class="fixed inset-0 z-10 flex flex-col bg-paper outline-none">
      <header class="flex items-center gap-1 border-b border-line px-2 py-1">
        <IconButton icon="back" label={t('common.back')} onClick={ways.close} />
        <h2 class="min-w-0 flex-1 truncate font-medium" dir="auto">
          {title}
        </h2>
        {newer && <IconButton icon="back" label={t('share.previous')} onClick={ways.previous} />}
        {older && <IconButton icon="forward" label={t('share.next')} onClick={ways.next} />}
        {work && <Download secret={secret} work={work} />}
      </header>
      {isGone ? (
        <p role="alert" class="min-h-0 flex-1 bg-sunken p-8">
          {t('share.gone')}
        </p>
      ) : (
        <Stage {...shown} work={known} alt={known?.altText ?? title} picture={picture} onRetry={() => setAttempt(attempt + 1)} />
      )}
      {work?.infotext && (
        <details class="max-h-[40%] overflow-y-auto border-t border-line px-4 py-2 text-sm">
          <summary class="min-h-6 cursor-pointer">{t('work.recipe')}</summary>
          <pre class="mt-2 break-words whitespace-pre-wrap" dir="auto">
            {work.infotext}
          </pre>
        </details>
      )}
    </section>
  );
}

function Download({ secret, work }: { secret: string; work: SharedWork }) {
  return (
    <a
      href={addressOf(`shared/${secret}/works/${work.id}/picture`, { download: 'yes', ...(work.original && { original: true }) })}
      download
      class="inline-grid min-h-9 min-w-9 place-items-center rounded-md hover:bg-sunken"
      aria-label={t('work.download')}
      title={t('work.download')}
    >
      <Icon name="download" />
    </a>
  );
}
