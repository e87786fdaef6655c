import type { ListProps, SiteWork } from '../../lib/gallery/export/site-data.ts';
import { t } from '../texts/text.ts';

const linkClass = 'inline-flex min-h-9 items-center rounded-md border border-line bg-raised px-3 hover:bg-sunken';

/** One page of a site's works, without scripts. */
export function ListPage({ title, works, total, page, pages, links }: ListProps) {
  return (
    <div class="p-3">
      <header class="flex flex-wrap items-baseline gap-x-4 px-1 pb-3">
        <h1 class="min-w-0 text-2xl font-semibold break-words" dir="auto">
          {title}
        </h1>
        <p class="text-sm text-muted">{t('works.count', { n: total })}</p>
      </header>
      <main>
        {works.length === 0 && <p class="px-1 text-muted">{t('works.empty')}</p>}
        <ul class="flex flex-wrap gap-x-1 gap-y-4" aria-label={t('works.grid')}>
          {works.map((work) => (
            <ListItem key={work.id} work={work} />
          ))}
          {/* The last row keeps its height. */}
          <li class="h-0 grow-[1000]" aria-hidden="true" />
        </ul>
      </main>
      <nav aria-label={t('site.pages')} class="flex flex-wrap items-center gap-3 px-1 py-6 text-sm">
        {links.newer !== undefined && (
          <a rel="prev" href={links.newer} class={linkClass}>
            {t('site.newer')}
          </a>
        )}
        <span class="text-muted">{t('site.pageOf', { n: page + 1, pages })}</span>
        {links.older !== undefined && (
          <a rel="next" href={links.older} class={linkClass}>
            {t('site.older')}
          </a>
        )}
      </nav>
      <footer class="px-1 text-sm text-muted">
        <p>{t('site.allMadeWithAi')}</p>
      </footer>
    </div>
  );
}

/** The pictures have one height and share what is left of their row. */
function ListItem({ work }: { work: SiteWork }) {
  return (
    <li class="flex max-w-full grow flex-col">
      <a href={`works/${work.id}.html`} class="block">
        <img
          src={`thumbs/${work.id}.webp`}
          alt={work.altText}
          loading="lazy"
          width={work.width}
          height={work.height}
          class="h-52 w-auto max-w-none min-w-full bg-sunken object-cover"
        />
        <span class="mt-1 block w-0 min-w-full truncate text-sm" dir="auto">
          {work.name}
        </span>
      </a>
      <span class="w-0 min-w-full truncate text-xs text-muted" dir="auto">
        <time datetime={work.createdAt}>{work.createdAt.slice(0, 10)}</time>
        {work.tags && ` · ${work.tags.join(', ')}`}
      </span>
    </li>
  );
}
