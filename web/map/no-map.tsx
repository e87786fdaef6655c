import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/client.ts';
import { hrefOf } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { errorText } from '../texts/error-text.ts';
import { t } from '../texts/text.ts';
import { askedAt, loadMap } from './map-data.ts';
import type { MapPoints } from './points/columns.ts';

/** Why there is no map yet, and what to do. */
export function NoMap({ points, error }: { points: MapPoints | undefined; error: ApiError | undefined }) {
  return (
    <div class="mx-auto flex max-w-xl flex-col gap-4 p-6">
      <h1 class="text-2xl font-semibold">{t('map.title')}</h1>
      {askedAt.value !== undefined && !points && <Computing since={askedAt.value} />}
      {error && !points && askedAt.value === undefined && (
        <p role="alert" class="flex flex-wrap items-center gap-3">
          <span dir="auto">{t('map.failed', { message: errorText(error) })}</span>
          <Button onClick={loadMap}>{t('common.retry')}</Button>
        </p>
      )}
      {points && <TooFew points={points} />}
    </div>
  );
}

function TooFew({ points: { count, unplaced } }: { points: MapPoints }) {
  if (count === 0 && unplaced > 0)
    return (
      <Reason>
        {t('map.noVectors', { n: unplaced })}
        <Link path="health">{t('map.toHealth')}</Link>
      </Reason>
    );
  return (
    <Reason>
      {count === 0 ? t('works.empty') : t('map.tooFew', { n: count })}
      <Link path="studio">{t('map.toStudio')}</Link>
    </Reason>
  );
}

const Reason = ({ children }: { children: ComponentChildren }) => <p class="flex flex-col items-start gap-3">{children}</p>;
const Link = ({ path, children }: { path: string; children: ComponentChildren }) => (
  <a class="underline" href={hrefOf(path)}>
    {children}
  </a>
);

/** How long the server computes already, and how long that may take. */
function Computing({ since }: { since: number }) {
  const [seconds, set] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => set(Math.floor((performance.now() - since) / 1000)), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return (
    <div class="flex flex-col gap-1">
      <p role="status">{t('map.computing')}</p>
      <p class="text-sm text-muted tabular-nums">{t('map.seconds', { n: seconds })}</p>
    </div>
  );
}

/** Works that are not on the map yet. */
export function Unplaced({ works }: { works: number }) {
  if (works === 0) return null;
  return (
    <p role="status" class="text-xs text-muted">
      {askedAt.value === undefined ? t('map.unplaced', { n: works }) : t('map.unplacedNow', { n: works })}
    </p>
  );
}
