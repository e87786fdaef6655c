import type { ComponentChildren } from 'preact';
import { Button } from '../parts/button.tsx';
import { errorText } from '../texts/error-text.ts';
import { t } from '../texts/text.ts';
import type { Answer } from './use-answer.ts';

/** What an answer holds, once it is there; until then that it is awaited, or why it did not come. */
export function Answered<T>({ answer, children }: { answer: Answer<T>; children: (value: T) => ComponentChildren }) {
  const { value, error, again } = answer;
  if (value !== undefined) return <>{children(value)}</>;
  if (error === undefined) return <p class="text-sm text-muted">{t('common.loading')}</p>;
  return (
    <p role="alert" class="flex flex-wrap items-center gap-3 text-sm">
      <span dir="auto">{errorText(error)}</span>
      <Button onClick={again}>{t('common.retry')}</Button>
    </p>
  );
}
