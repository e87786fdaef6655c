import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { hrefOf } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { tellError } from '../parts/notices.tsx';
import { waiting } from '../review/decision-queue.ts';
import { type TextKey, t } from '../texts/text.ts';
import { type CullSession, joined } from './cull-session.ts';

interface Result {
  picked: number;
  rejected: number;
  rated: number;
  unrated: number;
}

const parts: Readonly<Record<keyof Result, string>> = {
  picked: 'flag:pick',
  rejected: 'flag:reject',
  rated: '-rating:none',
  unrated: '-flag:reject rating:none',
};

async function countOf(query: string): Promise<number> {
  return (await ask<{ total: number }>('works', { query: { query, limit: 1 } })).total;
}

/** What the works of a query were decided to be. */
function useResult(query: string): Result | undefined {
  const [result, setResult] = useState<Result | undefined>(undefined);
  const toSend = waiting.value;
  useEffect(() => {
    if (toSend > 0) return;
    let isOn = true;
    Promise.all(Object.entries(parts).map(async ([name, part]) => [name, await countOf(joined(query, part))] as const)).then(
      (counts) => isOn && setResult(Object.fromEntries(counts) as unknown as Result),
      tellError,
    );
    return () => {
      isOn = false;
    };
  }, [query, toSend]);
  return result;
}

interface FinishedProps {
  session: CullSession;
  onUndo: () => void;
  onPass: (change: { pass?: 'stars'; all?: '1' }) => void;
}

/** The end of a pass: what came of it, and where to go on. Nothing was deleted. */
export function Finished({ session, onUndo, onPass }: FinishedProps) {
  const { wish, scope, mayUndo } = session;
  const result = useResult(wish.query);
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const isEmpty = scope.value?.count === 0;
  const links: readonly [keyof Result, TextKey][] = [
    ['picked', 'cull.openPicked'],
    ['rejected', 'cull.openRejected'],
  ];
  return (
    <div class="grid min-h-0 flex-1 place-items-center overflow-y-auto p-6">
      <div class="flex max-w-md flex-col gap-4">
        <h2 ref={heading} tabIndex={-1} class="text-xl font-semibold outline-none">
          {isEmpty ? t('cull.empty') : t('cull.finished', { n: scope.value?.count ?? 0 })}
        </h2>
        <p class="text-muted">{isEmpty ? t('cull.emptyHint') : t('cull.nothingDeleted')}</p>
        {result && !isEmpty && (
          <p aria-live="polite">
            {[
              t('cull.countPicked', { n: result.picked }),
              t('cull.countRejected', { n: result.rejected }),
              t('cull.countRated', { n: result.rated }),
            ].join(' · ')}
          </p>
        )}
        <div class="flex flex-wrap gap-2">
          {result && result.unrated > 0 && wish.pass === 'flags' && (
            <Button kind="main" onClick={() => onPass({ pass: 'stars' })}>
              {t('cull.goStars', { n: result.unrated })}
            </Button>
          )}
          {links
            .filter(([part]) => result && result[part] > 0)
            .map(([part, label]) => (
              <a
                key={part}
                href={hrefOf('', { q: joined(wish.query, parts[part]) })}
                class="inline-flex min-h-9 items-center rounded-md border border-line bg-raised px-3 py-1 text-sm font-medium hover:bg-sunken"
              >
                {t(label)}
              </a>
            ))}
          {!isEmpty && !wish.isAll && <Button onClick={() => onPass({ all: '1' })}>{t('cull.lookAgain')}</Button>}
          {mayUndo.value && <Button onClick={onUndo}>{t('cull.undo')}</Button>}
        </div>
      </div>
    </div>
  );
}
