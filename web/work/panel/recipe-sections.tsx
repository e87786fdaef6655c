import { useEffect } from 'preact/hooks';
import type { FullWork } from '../../api/works.ts';
import { copy } from '../../browser/clipboard.ts';
import { wordsOf } from '../../find/conditions.ts';
import { Highlighted } from '../../find/highlighted.tsx';
import { selection } from '../../gallery/shown-works.ts';
import { hrefOf } from '../../navigate/router.ts';
import { IconButton } from '../../parts/button.tsx';
import { numberText, t, timeText } from '../../texts/text.ts';
import { conditionOf, fieldsOf, lorasOf, nameInWords, optionHelp, wantOptionHelp } from './recipe-fields.ts';
import { Fact, Facts, Section } from './section.tsx';

export const queryLink = (condition: string): string => hrefOf('', { q: condition });

function PromptText({ title, text, isAlone = false }: { title: string; text: string; isAlone?: boolean }) {
  return (
    <div class="relative mb-3">
      <div class={isAlone ? 'absolute -top-10 right-0' : 'flex items-center justify-between'}>
        <h4 class={isAlone ? 'sr-only' : 'text-muted'}>{title}</h4>
        <IconButton icon="copy" label={t('view.copyText', { what: title })} size={16} onClick={() => copy(text)} />
      </div>
      <p dir="auto" class="max-h-72 overflow-y-auto break-words whitespace-pre-wrap" tabIndex={text.length > 600 ? 0 : undefined}>
        <Highlighted text={text} words={wordsOf(selection.value.query)} />
      </p>
    </div>
  );
}

export function PromptSection({ work }: { work: FullWork }) {
  const negative = work.recipe?.['negativePrompt'];
  const hasNegative = typeof negative === 'string' && negative !== '';
  if (!work.prompt && !hasNegative && work.howMade.length === 0) return null;
  return (
    <Section name="prompt" title={t('work.prompt')}>
      {work.prompt && <PromptText title={t('work.prompt')} text={work.prompt} isAlone={!hasNegative} />}
      {hasNegative && <PromptText title={t('work.negativePrompt')} text={negative} />}
      {work.howMade.length > 0 && (
        <details>
          <summary class="cursor-pointer py-1 text-muted">{t('panel.howMade')}</summary>
          <ul class="list-disc space-y-1 ps-5">
            {work.howMade.map((line) => (
              <li key={line} dir="auto" class="break-words">
                {line}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

export function DetailsSection({ work }: { work: FullWork }) {
  useEffect(wantOptionHelp, []);
  const recipe = work.recipe ?? {};
  const loras = lorasOf(recipe);
  const help = optionHelp.value;
  return (
    <Section name="details" title={t('work.details')}>
      <Facts>
        <Fact name={t('panel.date')}>{timeText(work.createdAt)}</Fact>
        <Fact name={t('panel.size')}>
          {work.width} × {work.height}
        </Fact>
        {loras.length > 0 && (
          <Fact name={t('panel.loras')} help={help.get('loras')}>
            {loras.map(({ name, weight }) => (
              <div key={name}>
                <a class="underline" href={queryLink(conditionOf('lora', name))}>
                  {name}
                </a>{' '}
                <span class="tabular-nums">{numberText(weight, 2)}</span>
              </div>
            ))}
          </Fact>
        )}
        {fieldsOf(recipe).map(({ name, value, query }) => (
          <Fact key={name} name={nameInWords(name)} help={help.get(name)}>
            {query ? (
              <a class="underline" href={queryLink(query)}>
                {value}
              </a>
            ) : (
              value
            )}
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}
