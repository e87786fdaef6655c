import { useSignal } from '@preact/signals';
import { ask } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { change, draft } from './draft.ts';

interface Planned {
  prompt: string;
  lines: string[];
}

/** The prompt that the artist would paint, and how it comes about. Another seed gives another prompt. */
export function ArtistPreview() {
  const planned = useSignal<Planned | undefined>(undefined);
  const isAsking = useSignal(false);
  const look = (): void => {
    isAsking.value = true;
    const { prompt, options, model } = draft.value;
    const { style } = options;
    const body = {
      ...(prompt.trim() !== '' && { prompt }),
      ...(prompt.trim() === '' && typeof style === 'string' && { style }),
      ...(model !== '' && { model }),
    };
    ask<Planned>('prompt/preview', { method: 'POST', body })
      .then((answer) => {
        planned.value = answer;
      }, tellError)
      .finally(() => {
        isAsking.value = false;
      });
  };
  return (
    <div class="flex flex-col gap-2 text-sm">
      <p class="text-muted">{t(draft.value.prompt.trim() === '' ? 'studio.createFree' : 'studio.createGiven')}</p>
      <div>
        <Button onClick={look} isDisabled={isAsking.value}>
          {t('studio.planned')}
        </Button>
      </div>
      <div aria-live="polite">
        {planned.value && (
          <div class="flex flex-col gap-2 rounded-md bg-sunken p-3">
            <p dir="auto" class="break-words">
              {planned.value.prompt}
            </p>
            {planned.value.lines.length > 0 && (
              <ul class="list-disc pl-5 text-xs text-muted" dir="auto">
                {planned.value.lines.map((line) => (
                  <li key={line} class="break-words">
                    {line}
                  </li>
                ))}
              </ul>
            )}
            <div>
              <Button onClick={() => change({ prompt: planned.peek()?.prompt ?? '' })}>{t('studio.usePlanned')}</Button>
            </div>
          </div>
        )}
      </div>
    </div>
  );
}
