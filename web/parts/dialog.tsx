import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../texts/text.ts';
import { IconButton } from './button.tsx';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  isWide?: boolean;
  /** At the left edge and as high as the page. */
  isDrawer?: boolean;
}

/** A modal dialog: the browser keeps the focus in it, closes it on Escape, and gives the focus back. */
export function Dialog({ title, onClose, children, isWide = false, isDrawer = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      // While it is modal, nothing else can take the focus.
      if (dialog?.open) {
        dialog.addEventListener('close', (event) => event.stopImmediatePropagation(), { capture: true, once: true });
        dialog.close();
      }
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={heading}
      class={`overflow-y-auto border border-line bg-raised p-5 text-ink shadow-2xl backdrop:bg-black/60 ${isDrawer ? 'm-0 h-dvh max-h-dvh w-[calc(100%-3rem)] max-w-sm' : `m-auto max-h-[90dvh] w-[calc(100%-2rem)] rounded-xl ${isWide ? 'max-w-4xl' : 'max-w-lg'}`}`}
      onClose={onClose}
      onCancel={onClose}
    >
      <div class="mb-3 flex items-center justify-between gap-4">
        <h2 id={heading} class="text-lg font-semibold">
          {title}
        </h2>
        <IconButton icon="cross" label={t('common.close')} onClick={onClose} />
      </div>
      {children}
    </dialog>
  );
}
