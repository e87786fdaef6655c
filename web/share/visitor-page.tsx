import { useEffect, useState } from 'preact/hooks';
import type { SharePage } from '../../lib/server/shares/read-routes.ts';
import type { ShownWork } from '../../lib/server/shares/shown-works.ts';
import { type ApiError, ask } from '../api/client.ts';
import { hrefOf, place } from '../navigate/router.ts';
import { useTitle } from '../navigate/title.ts';
import { Button } from '../parts/button.tsx';
import { tellError } from '../parts/notices.tsx';
import { px } from '../parts/px.ts';
import { t } from '../texts/text.ts';
import { sharedPicture } from './shared-picture.ts';
import { VisitorWork } from './visitor-work.tsx';

const rowHeight = 240;

/** What somebody sees who opened a link: its works and nothing else of the gallery. */
export function VisitorPage() {
  const [, secret = '', id] = place.value.path;
  const [shared, setShared] = useState<SharePage | undefined>(undefined);
  const [error, setError] = useState<ApiError | undefined>(undefined);
  useEffect(() => {
    ask<SharePage>(`shared/${encodeURIComponent(secret)}`).then(setShared, setError);
  }, [secret]);
  useTitle(shared && (shared.title || t('share.visitorTitle')));
  if (error)
    return (
      <main class="grid h-full place-items-center p-8 text-center">
        <div>
          <h1 class="text-xl font-semibold">{t(error.status === 404 ? 'share.ended' : 'share.visitorTitle')}</h1>
          <p class="text-muted">{error.status === 404 ? t('share.endedHint') : error.message}</p>
        </div>
      </main>
    );
  if (!shared) return <p class="p-8 text-muted">{t('common.loading')}</p>;
  const more = (): void => {
    ask<SharePage>(`shared/${encodeURIComponent(secret)}`, { query: { from: shared.next ?? 0 } }).then(
      (page) => setShared({ ...page, works: [...shared.works, ...page.works] }),
      tellError,
    );
  };
  return (
    <>
      <main class="h-full overflow-y-auto p-3" inert={id !== undefined}>
        <header class="flex flex-wrap items-baseline gap-x-4 px-1 pt-2 pb-4">
          <h1 class="min-w-0 text-2xl font-semibold break-words" dir="auto">
            {shared.title || t('share.visitorTitle')}
          </h1>
          <p class="text-sm text-muted">
            {t('works.count', { n: shared.works.length + (shared.next === null ? 0 : shared.total - shared.works.length) })}
          </p>
        </header>
        {shared.works.length === 0 && <p class="p-1 text-muted">{t('share.nothing')}</p>}
        <ul class="flex flex-wrap gap-1" aria-label={t('works.grid')}>
          {shared.works.map((work) => (
            <SharedTile key={work.id} secret={secret} work={work} />
          ))}
          {/* The last row keeps its height. */}
          <li class="h-0 grow-[1000]" aria-hidden="true" />
        </ul>
        {shared.next !== null && (
          <div class="grid place-items-center p-6">
            <Button onClick={more}>{t('share.showMore')}</Button>
          </div>
        )}
      </main>
      {id !== undefined && <VisitorWork key={id} secret={secret} id={id} works={shared.works} />}
    </>
  );
}

function SharedTile({ secret, work }: { secret: string; work: ShownWork }) {
  const ratio = work.width / Math.max(1, work.height);
  return (
    <li style={{ flexGrow: ratio * 100, flexBasis: px(Math.min(360, ratio * rowHeight)), aspectRatio: String(ratio) }}>
      <a
        href={hrefOf(`share/${secret}/${work.id}`)}
        class="block h-full w-full overflow-hidden bg-sunken"
        aria-label={work.title ?? work.altText ?? t('work.untitled')}
      >
        <img
          src={sharedPicture(secret, work, 640)}
          alt={work.altText ?? work.title ?? ''}
          width={work.width}
          height={work.height}
          loading="lazy"
          decoding="async"
          class="h-full w-full object-cover"
        />
      </a>
    </li>
  );
}
