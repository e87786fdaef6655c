import { useEffect, useRef, useState } from 'preact/hooks';
import type { SharedWork } from '../../lib/server/shares/read-routes.ts';
import type { ShownWork } from '../../lib/server/shares/shown-works.ts';
import { addressOf, ask } from '../api/client.ts';
import { handleKeys } from '../keys/listen.ts';
import { goBack, hrefOf, navigate } from '../navigate/router.ts';
import { IconButton } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { t } from '../texts/text.ts';
import { sharedPicture } from './shared-picture.ts';

/** One work of a link, over the others. */
export function VisitorWork({ secret, id, works }: { secret: string; id: string; works: readonly ShownWork[] }) {
  const [work, setWork] = useState<SharedWork | undefined>(undefined);
  const [isGone, setGone] = useState(false);
  const section = useRef<HTMLElement>(null);
  const index = works.findIndex((one) => one.id === id);
  useEffect(() => {
    ask<SharedWork>(`shared/${encodeURIComponent(secret)}/works/${encodeURIComponent(id)}`).then(setWork, () => setGone(true));
    section.current?.focus();
  }, []);
  const show = (to: number): void => {
    const other = works[to];
    if (other) navigate(hrefOf(`share/${secret}/${other.id}`), { replace: true });
  };
  const close = (): void => goBack(hrefOf(`share/${secret}`));
  useEffect(() => handleKeys({ next: () => show(index + 1), previous: () => show(index - 1), close }));
  const title = work?.title ?? t('work.untitled');
  return (
    <section ref={section} tabIndex={-1} aria-label={title} class="fixed inset-0 z-10 flex flex-col bg-paper outline-none">
      <header class="flex items-center gap-1 border-b border-line px-2 py-1">
        <IconButton icon="back" label={t('common.back')} onClick={close} />
        <h2 class="min-w-0 flex-1 truncate font-medium" dir="auto">
          {title}
        </h2>
        {index > 0 && <IconButton icon="back" label={t('share.previous')} onClick={() => show(index - 1)} />}
        {index >= 0 && index + 1 < works.length && <IconButton icon="forward" label={t('share.next')} onClick={() => show(index + 1)} />}
        {work && <Download secret={secret} work={work} />}
      </header>
      <div class="relative min-h-0 flex-1 bg-sunken">
        {isGone && (
          <p role="alert" class="p-8">
            {t('share.gone')}
          </p>
        )}
        {work && (
          <img
            src={sharedPicture(secret, work, 1280)}
            alt={work.altText ?? title}
            width={work.width}
            height={work.height}
            class="absolute inset-0 m-auto max-h-full max-w-full object-contain"
          />
        )}
      </div>
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
