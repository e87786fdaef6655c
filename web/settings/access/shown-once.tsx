import { copy } from '../../browser/clipboard.ts';
import { Button } from '../../parts/button.tsx';
import { t } from '../../texts/text.ts';

/** A secret that the server tells only once. */
export function ShownOnce({ label, text, onDone }: { label: string; text: string; onDone: () => void }) {
  return (
    <div role="status" class="flex flex-col gap-2 rounded-lg border border-accent p-3 text-sm">
      <p>{label}</p>
      <code class="rounded bg-sunken p-2 font-mono break-all select-all">{text}</code>
      <div class="flex gap-2">
        <Button kind="main" onClick={() => copy(text)}>
          {t('settings.copy')}
        </Button>
        <Button onClick={onDone}>{t('settings.copied')}</Button>
      </div>
    </div>
  );
}
