import type { SiteFacts, WorkProps } from '../../lib/gallery/export/site-data.ts';
import { t } from '../texts/text.ts';
import { IconLink } from './icon-link.tsx';

/** A work of a site: as a page that needs no script, and over the gallery where there is one. `facts` are undefined while they are loaded. */
export function WorkPage({ title, work, facts, picture, links }: Omit<WorkProps, 'facts'> & { facts: SiteFacts | undefined }) {
  return (
    <div class="flex h-full min-h-dvh flex-col lg:h-dvh">
      <nav aria-label={t('site.works')} class="flex items-center gap-1 border-b border-line px-2 py-1">
        <IconLink href={links.list} icon="back" label={t('site.backTo', { title })} move="back" />
        <span class="min-w-0 flex-1 truncate text-sm text-muted" dir="auto">
          {title}
        </span>
        {links.newer !== undefined && <IconLink href={links.newer} icon="back" label={t('work.previous')} rel="prev" move="replace" />}
        {links.older !== undefined && <IconLink href={links.older} icon="forward" label={t('work.next')} rel="next" move="replace" />}
        <IconLink href={picture} icon="download" label={t('work.download')} isDownload />
      </nav>
      <main class="flex min-h-0 flex-1 max-lg:flex-col">
        <a
          href={picture}
          class="relative grid min-w-0 flex-1 place-items-center bg-sunken p-2 max-lg:min-h-[50dvh]"
          aria-label={t('site.whole')}
        >
          <img
            key={work.id}
            src={picture}
            alt={work.altText}
            width={work.width}
            height={work.height}
            class="max-h-[75dvh] max-w-full min-w-[min(100%,24rem)] object-contain lg:absolute lg:inset-0 lg:m-auto lg:max-h-full"
          />
        </a>
        <div class="overflow-y-auto border-line p-4 text-sm max-lg:border-t lg:w-88 lg:shrink-0 lg:border-l">
          <h1 class="text-lg font-semibold break-words" dir="auto">
            {work.name}
          </h1>
          {facts ? <Facts facts={facts} /> : <p class="mt-3 text-muted">{t('common.loading')}</p>}
          <p class="mt-6 text-muted">{t('site.madeWithAi')}</p>
        </div>
      </main>
    </div>
  );
}

function Facts({ facts }: { facts: SiteFacts }) {
  return (
    <dl class="mt-3 grid grid-cols-[minmax(5rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 [&>dd]:break-words [&>dd]:whitespace-pre-wrap [&>dt]:text-muted">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd dir="auto">{value}</dd>
        </>
      ))}
    </dl>
  );
}
