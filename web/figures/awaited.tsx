import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { RequestOptions } from '../api/client.ts';
import { Answered } from '../form/answered.tsx';
import { useAnswer } from '../form/use-answer.ts';
import { Button } from '../parts/button.tsx';
import { px } from '../parts/px.ts';
import { numberText, t, timeText } from '../texts/text.ts';

interface AwaitedProps<T> {
  /** undefined: what is asked for makes no sense. */
  path: string | undefined;
  query: RequestOptions['query'];
  /** Kept for the figures until they are there, CSS pixels. */
  height: number;
  /** Whether a later answer will tell more. */
  isUnfinished?: (value: T) => boolean;
  /** More figures of the same time follow, which say when they were measured. */
  isFollowed?: boolean;
  children: (value: T) => ComponentChildren;
}

/** The server measures anew after 15 seconds, if works were left out. */
const unfinishedMs = 20_000;

/** Figures of the server. While others of the same kind are measured, those of before stay, so that the page does not jump. */
export function Awaited<T extends { at: string; works: number; read?: number }>({
  path,
  query,
  height,
  isUnfinished,
  isFollowed = false,
  children,
}: AwaitedProps<T>) {
  const answer = useAnswer<T>(path, query);
  const before = useRef<T | undefined>(undefined);
  if (answer.value !== undefined) before.current = answer.value;
  const value = answer.value ?? (answer.error ? undefined : before.current);
  const isWaiting = value !== undefined && isUnfinished?.(value) === true;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(answer.again, unfinishedMs);
    return () => clearTimeout(timer);
  }, [isWaiting, answer.value]);
  const isOld = answer.value === undefined && value !== undefined;
  return (
    <div
      aria-busy={value === undefined || isOld}
      class={isOld ? 'opacity-60' : ''}
      style={value === undefined && !answer.error ? { minHeight: px(height) } : {}}
    >
      <Answered answer={{ ...answer, value }}>
        {(shown) => (
          <div class="flex flex-col gap-4">
            {children(shown)}
            {!isFollowed && <Measured answer={shown} again={answer.again} />}
          </div>
        )}
      </Answered>
    </div>
  );
}

function Measured({
  answer: { at, works, read = works },
  again,
}: {
  answer: { at: string; works: number; read?: number };
  again: () => void;
}) {
  return (
    <p class="flex flex-wrap items-center gap-3 text-xs text-muted">
      {t('figures.measuredAt', { at: timeText(at) })}
      {read < works && ` ${t('figures.newest', { n: read, works: numberText(works) })}`}
      <Button onClick={again}>{t('figures.again')}</Button>
    </p>
  );
}
