import { useEffect, useState } from 'preact/hooks';
import { ApiError, ask } from '../api/client.ts';
import { mayPaint } from '../api/session.ts';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import type { ChosenPicture } from './chosen-picture.ts';

interface Found {
  /** Program or form that wrote it. */
  source: string;
  recipe: Readonly<Record<string, unknown>>;
}

/** The recipe that a chosen picture carries. The server reads it for callers that may paint. */
export function FoundRecipe({ picture }: { picture: ChosenPicture }) {
  const [found, setFound] = useState<Found | 'none' | undefined>(undefined);
  const mayRead = mayPaint.value;
  useEffect(() => {
    if (!mayRead) return;
    const abort = new AbortController();
    ask<Found>('recipes/read', {
      method: 'POST',
      body: picture.file,
      headers: { 'content-type': picture.type },
      signal: abort.signal,
    }).then(setFound, (error: unknown) => {
      if (error instanceof ApiError && error.status === 404) setFound('none');
      else if (!abort.signal.aborted) tellError(error);
    });
    return () => abort.abort();
  }, [picture, mayRead]);
  if (!mayRead) return <p class="text-muted">{t('like.recipeNeedsToken')}</p>;
  if (found === undefined) return null;
  if (found === 'none') return <p class="text-muted">{t('like.noRecipe')}</p>;
  const { prompt, ...rest } = found.recipe;
  return (
    <details>
      <summary class="cursor-pointer">{t('like.recipe', { source: found.source })}</summary>
      {typeof prompt === 'string' && (
        <p class="mt-1 max-h-32 overflow-y-auto break-words whitespace-pre-wrap" dir="auto">
          {prompt}
        </p>
      )}
      <dl class="mt-1 grid max-h-48 grid-cols-[auto_1fr] gap-x-3 overflow-y-auto">
        {Object.entries(rest).map(([name, value]) => (
          <>
            <dt key={name} class="text-muted">
              {name}
            </dt>
            <dd class="break-words" dir="auto">
              {typeof value === 'object' ? JSON.stringify(value) : String(value)}
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
}
