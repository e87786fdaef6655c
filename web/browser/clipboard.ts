import { tell } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';

/** Puts a text on the clipboard, and says so. Pages without https have no clipboard of their own: the older way is taken there. */
export async function copy(text: string): Promise<void> {
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  if (isCopied || copyOldWay(text)) tell(t('common.copied'));
  else tell(t('common.notCopied'), { kind: 'error' });
}

function copyOldWay(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'fixed opacity-0';
  const before = document.activeElement;
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
