import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { isWide } from '../../browser/wide.ts';
import { isBoolean, readStored, store } from '../../parts/storage.ts';

/** What of the panel can be asked for by name: its element has the name as `data-reveal`. */
export type Revealed = 'note' | 'reproduce';

interface PanelState {
  isOpen: boolean;
  toggle(): void;
  /** Opens the panel at an element and presses it, if it is a button, or gives it the focus. */
  reveal(name: Revealed): void;
}

/**
 * Whether the details of a work are shown; on wide screens it is remembered.
 *
 * @param isReady whether the panel can be drawn: the work was read
 */
export function usePanel(box: RefObject<HTMLElement | null>, isReady: boolean): PanelState {
  const [isOpen, setOpen] = useState(isWide.value && (readStored('local', 'details', isBoolean) ?? true));
  const [wanted, setWanted] = useState<Revealed | undefined>(undefined);
  useLayoutEffect(() => {
    if (wanted === undefined || !isOpen || !isReady) return;
    setWanted(undefined);
    const element = box.current?.querySelector<HTMLElement>(`[data-reveal="${wanted}"]`);
    if (!element) return;
    const section = element.closest('details');
    if (section) section.open = true;
    element.scrollIntoView({ block: 'center' });
    element.focus();
    if (element instanceof HTMLButtonElement) element.click();
  }, [wanted, isOpen, isReady]);
  return {
    isOpen,
    toggle: () => {
      setOpen(!isOpen);
      if (isWide.value) store('local', 'details', !isOpen);
    },
    reveal: (name) => {
      setOpen(true);
      setWanted(name);
    },
  };
}
