/** Where the calendar stood: on phones a year is much longer than the screen. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** Pixels that were scrolled, by year and query. */
const places = new Map<string, number>();

/** Scrolls to where this year was left, or, the first time, to its newest month with works. */
export function usePlaceKept(content: RefObject<HTMLElement | null>, key: string): void {
  useLayoutEffect(() => {
    const view = content.current?.closest('main');
    if (!view) return;
    const known = places.get(key);
    if (known === undefined) content.current?.querySelector('[data-newest]')?.scrollIntoView({ block: 'nearest' });
    else view.scrollTop = known;
    const keep = (): void => {
      places.set(key, view.scrollTop);
    };
    view.addEventListener('scroll', keep, { passive: true });
    return () => view.removeEventListener('scroll', keep);
  }, [key]);
}
