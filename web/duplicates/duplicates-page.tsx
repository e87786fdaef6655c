import { useEffect, useState } from 'preact/hooks';
import type { Duplicates } from '../../lib/server/api/works/duplicate-routes.ts';
import { act } from '../act/operations.ts';
import { ask } from '../api/client.ts';
import { mayPaint, whenSignedIn } from '../api/session.ts';
import { thumbnailOf, type WorkRow } from '../api/works.ts';
import { altOf } from '../gallery/tile.tsx';
import { hrefOf } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';

/** Works that look the same, to keep one of each group. */
export function DuplicatesPage() {
  const [found, setFound] = useState<Duplicates | undefined>(undefined);
  const [isLooking, setLooking] = useState(false);
  const isSignedIn = mayPaint.value;
  const look = (): void => {
    setLooking(true);
    ask<Duplicates>('works/duplicates')
      .then(setFound, tellError)
      .finally(() => setLooking(false));
  };
  useEffect(() => {
    if (isSignedIn) look();
  }, [isSignedIn]);
  const leave = (group: readonly WorkRow[]): void =>
    setFound((now) => now && { ...now, groups: now.groups.filter((one) => one !== group) });
  return (
    <div class="mx-auto flex max-w-5xl flex-col gap-4 p-6">
      <h1 class="text-2xl font-semibold">{t('duplicates.title')}</h1>
      <p class="text-sm text-muted" aria-live="polite">
        {isLooking
          ? t('duplicates.looking')
          : found
            ? `${t('duplicates.found', { n: found.groups.length })} ${t('duplicates.compared', { n: found.compared })}`
            : t('duplicates.explain')}
      </p>
      {!isSignedIn && (
        <div>
          <Button kind="main" onClick={() => whenSignedIn(() => undefined)}>
            {t('session.signIn')}
          </Button>
        </div>
      )}
      {isSignedIn && found && (
        <div>
          <Button onClick={look} isDisabled={isLooking}>
            {t('duplicates.again')}
          </Button>
        </div>
      )}
      <ol class="flex flex-col gap-6">
        {found?.groups.map((group, index) => (
          <Group key={group.map(({ id }) => id).join()} group={group} number={index + 1} onDone={() => leave(group)} />
        ))}
      </ol>
    </div>
  );
}

function Group({ group, number, onDone }: { group: readonly WorkRow[]; number: number; onDone: () => void }) {
  const [kept, setKept] = useState(group[0]?.id ?? '');
  const others = group.filter(({ id }) => id !== kept).map(({ id }) => id);
  const run = async (action: Parameters<typeof act>[0]): Promise<void> => {
    if (await act(action, { ids: others }, others.length)) onDone();
  };
  const name = `keep ${group[0]?.id}`;
  return (
    <li class="flex flex-col gap-3 rounded-xl border border-line bg-raised p-4">
      <fieldset>
        <legend class="mb-2 text-sm font-semibold">{t('duplicates.group', { number, n: group.length })}</legend>
        <div class="grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-3">
          {group.map((row) => (
            <div key={row.id} class="flex min-w-0 flex-col gap-1">
              <label class="relative block cursor-pointer">
                <img
                  src={thumbnailOf(row, 320)}
                  alt={altOf(row)}
                  loading="lazy"
                  class={`aspect-square w-full rounded-md bg-sunken object-contain ${kept === row.id ? 'ring-3 ring-accent' : 'opacity-70'}`}
                />
                <span class="mt-1 flex min-h-6 items-center gap-1.5 text-xs">
                  <input type="radio" name={name} class="accent-accent" checked={kept === row.id} onChange={() => setKept(row.id)} />
                  {t('duplicates.keep')}
                  <span class="flex-1" />
                  {row.star && <Icon name="heart" size={12} />}
                  {row.rating !== null && '★'.repeat(row.rating)}
                </span>
              </label>
              <a href={hrefOf(`works/${row.id}`)} class="truncate text-xs underline" dir="auto">
                {row.name}
              </a>
              <span class="text-xs text-muted">{t('duplicates.size', { width: String(row.width), height: String(row.height) })}</span>
            </div>
          ))}
        </div>
      </fieldset>
      <div class="flex flex-wrap gap-2">
        <Button kind="main" onClick={() => void run({ action: 'trash' })}>
          {t('duplicates.trash', { n: others.length })}
        </Button>
        <Button onClick={() => void run({ action: 'change', change: { hidden: true } })}>
          {t('duplicates.hide', { n: others.length })}
        </Button>
        <Button onClick={onDone}>{t('duplicates.leave')}</Button>
      </div>
    </li>
  );
}
