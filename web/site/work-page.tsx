import type { ComponentChildren } from 'preact';
import type { SiteFacts, WorkProps } from '../../lib/gallery/export/site-data.ts';
import { Icon } from '../parts/icon.tsx';
import { t } from '../texts/text.ts';
import { IconLink } from './icon-link.tsx';

interface WorkPageProps extends Omit<WorkProps, 'facts'> {
  /** undefined: they are loaded. */
  facts: SiteFacts | undefined;
  /** What takes the place of the picture where there is a script. */
  stage?: ComponentChildren;
}

/** Where a stage stands: script and page without script have it at the same place. */
export const stagePlace = 'flex min-w-0 flex-1 flex-col max-lg:min-h-[60dvh]';

/** A work of a site: as a page that needs no script, and over the gallery where there is one. */
export function WorkPage({ title, work, facts, picture, web, links, stage }: WorkPageProps) {
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
        {stage ? <div class={stagePlace}>{stage}</div> : <PlainPicture work={work} picture={picture} />}
        <div class="overflow-y-auto border-line p-4 text-sm max-lg:border-t lg:w-88 lg:shrink-0 lg:border-l">
          <h1 class="text-lg font-semibold break-words" dir="auto">
            {work.name}
          </h1>
          {web !== undefined && <Downloads picture={picture} web={web} />}
          {facts ? <Facts facts={facts} /> : <p class="mt-3 text-muted">{t('common.loading')}</p>}
          <p class="mt-6 flex items-center gap-2 text-muted">
            <Icon name="madeByAi" />
            {t('site.madeWithAi')}
          </p>
        </div>
      </main>
    </div>
  );
}

/** The file as it is, and a copy that is quick to send. */
function Downloads({ picture, web }: { picture: string; web: string }) {
  const look = 'inline-flex min-h-6 items-center underline';
  return (
    <p class="mt-2 flex flex-wrap gap-x-4">
      {t('work.download')}:
      <a href={picture} download class={look}>
        {t('view.saveOriginal')}
      </a>
      <a href={web} download class={look}>
        {t('view.saveWeb')}
      </a>
    </p>
  );
}

/** It fits the window, and small ones are enlarged to it; a press shows the file at its own size. */
function PlainPicture({ work, picture }: Pick<WorkProps, 'work' | 'picture'>) {
  return (
    <a href={picture} data-plain-picture class={`relative bg-sunken p-2 ${stagePlace}`} aria-label={t('site.whole')}>
      <img
        src={picture}
        alt={work.altText}
        width={work.width}
        height={work.height}
        class="m-auto max-h-[75dvh] w-full object-contain lg:absolute lg:inset-0 lg:h-full lg:max-h-full"
      />
    </a>
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
