import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { IconButton, type TriggerProps } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { type TextKey, t } from '../texts/text.ts';

/** Examples of the language of queries; docs/gallery.md has all of it. */
const examples: readonly [string, TextKey][] = [
  ['fox snow', 'find.help.words'],
  ['"red fox"', 'find.help.phrase'],
  ['fox -snow', 'find.help.exclude'],
  ['-tag:draft', 'find.help.excludeField'],
  ['tag:fox collection:"winter series"', 'find.help.names'],
  ['rating:>=4 is:unrated is:star', 'find.help.rating'],
  ['flag:pick flag:none', 'find.help.flag'],
  ['sampler:=euler', 'find.help.exact'],
  ['steps:>=20 cfg:5..8 score:>0.5', 'find.help.numbers'],
  ['date:2026-11 after:2026-06', 'find.help.date'],
  ['is:uncollected is:untagged', 'find.help.without'],
  ['@best', 'find.help.saved'],
];

/** A button that explains the language of queries. */
export function SearchHelp({ Trigger = IconButton }: { Trigger?: ComponentType<TriggerProps> }) {
  const [isShown, show] = useState(false);
  return (
    <>
      <Trigger icon="help" label={t('find.help')} onClick={() => show(true)} />
      {isShown && <Explained onClose={() => show(false)} />}
    </>
  );
}

function Explained({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('find.help')} onClose={onClose}>
      <dl class="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[auto_1fr]">
        {examples.map(([query, text]) => (
          <>
            <dt key={query}>
              <code class="rounded bg-sunken px-1.5 py-0.5">{query}</code>
            </dt>
            <dd class="max-sm:mb-2">{t(text)}</dd>
          </>
        ))}
      </dl>
      <p class="mt-3 text-sm">{t('find.help.all')}</p>
      <p class="mt-2 text-sm text-muted">{t('find.help.meaning')}</p>
      <p class="mt-2 text-sm text-muted">{t('find.help.history')}</p>
    </Dialog>
  );
}
