import { useEffect, useState } from 'preact/hooks';
import type { ShareFacts } from '../../lib/server/shares/manage-routes.ts';
import { ask } from '../api/client.ts';
import { mayPaint, whenSignedIn } from '../api/session.ts';
import { hrefOf } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { t, timeText } from '../texts/text.ts';

/** All links, and the end of each. */
export function SharesPage() {
  const [shares, setShares] = useState<ShareFacts[] | undefined>(undefined);
  const isSignedIn = mayPaint.value;
  const load = (): void => void ask<{ shares: ShareFacts[] }>('shares').then((answer) => setShares(answer.shares), tellError);
  useEffect(() => {
    if (isSignedIn) load();
  }, [isSignedIn]);
  const revoke = ({ id }: ShareFacts): void =>
    whenSignedIn(() => {
      ask(`shares/${id}`, { method: 'DELETE' }).then(() => {
        tell(t('share.revoked'));
        load();
      }, tellError);
    });
  return (
    <div class="mx-auto flex max-w-3xl flex-col gap-4 p-6">
      <h1 class="text-2xl font-semibold">{t('share.all')}</h1>
      <p class="text-sm text-muted">{t('share.allHint')}</p>
      {!isSignedIn && (
        <div>
          <Button kind="main" onClick={() => whenSignedIn(load)}>
            {t('session.signIn')}
          </Button>
        </div>
      )}
      {isSignedIn && shares?.length === 0 && <p>{t('share.none')}</p>}
      <ul class="divide-y divide-line">
        {isSignedIn && shares?.map((share) => <ShareRow key={share.id} share={share} onRevoke={() => revoke(share)} />)}
      </ul>
    </div>
  );
}

function ShareRow({ share, onRevoke }: { share: ShareFacts; onRevoke: () => void }) {
  const { title, which, withRecipe, createdAt, expiresAt, expired, by } = share;
  const name = title || t('work.untitled');
  return (
    <li class="flex flex-wrap items-center gap-x-4 gap-y-1 py-3 text-sm">
      <div class="min-w-0 flex-1 basis-72">
        <p class="truncate font-medium" dir="auto">
          {name}
        </p>
        <p class="break-words text-muted">
          {which.works !== null ? (
            t('works.count', { n: which.works })
          ) : (
            <a class="underline" href={hrefOf('', { q: which.query ?? '' })} dir="auto">
              {which.query || t('share.everything')}
            </a>
          )}
          {' · '}
          {t(withRecipe ? 'share.recipeOn' : 'share.recipeOff')}
          {' · '}
          {t('share.made', { time: timeText(createdAt), by })}
        </p>
      </div>
      <span class={expired ? 'text-bad' : 'text-muted'}>
        {expired ? t('share.expired') : expiresAt ? t('share.until', { time: timeText(expiresAt) }) : t('share.forever')}
      </span>
      <button
        type="button"
        class="min-h-9 rounded-md border border-bad px-3 font-medium text-bad hover:bg-sunken"
        aria-label={t('share.revokeNamed', { name })}
        onClick={onRevoke}
      >
        {t('share.revoke')}
      </button>
    </li>
  );
}
