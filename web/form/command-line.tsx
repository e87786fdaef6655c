import { copy } from '../browser/clipboard.ts';
import { IconButton } from '../parts/button.tsx';
import { t } from '../texts/text.ts';

/** A command for a terminal, ready to be copied. */
export function CommandLine({ text }: { text: string }) {
  return (
    <p class="flex items-center gap-2 rounded-md border border-line bg-raised py-1 pr-1 pl-3">
      <code class="min-w-0 flex-1 text-sm break-words select-all">{text}</code>
      <IconButton icon="copy" label={t('view.copyText', { what: text })} size={16} onClick={() => copy(text)} />
    </p>
  );
}
