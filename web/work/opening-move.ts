/** The opening move: the clicked picture grows to its place in the viewer. Only where the browser has view transitions, and motion is wanted. */
import { navigate } from '../navigate/router.ts';

const name = 'work-picture';
/** The move waits for the picture in the viewer no longer than this. */
const mostWaitMs = 250;
const lookMs = 16;

const tileOf = (event: MouseEvent): HTMLAnchorElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-index]') : null;

async function viewerPicture(): Promise<HTMLElement | undefined> {
  for (const end = performance.now() + mostWaitMs; performance.now() < end; ) {
    const picture = document.querySelector<HTMLElement>('[data-picture]');
    if (picture) return picture;
    // Frames do not come while the browser holds the page for the move.
    await new Promise((done) => setTimeout(done, lookMs));
  }
  return undefined;
}

/** Must be started before the router, which then leaves these clicks alone. */
export function startOpeningMove(): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const tile = tileOf(event);
    const before = tile?.querySelector('img');
    if (!tile || !before || calm.matches || !document.startViewTransition) return;
    event.preventDefault();
    before.style.viewTransitionName = name;
    let after: HTMLElement | undefined;
    const move = document.startViewTransition(async () => {
      before.style.viewTransitionName = '';
      navigate(tile.href);
      after = await viewerPicture();
      if (after) after.style.viewTransitionName = name;
    });
    const end = (): void => {
      if (after) after.style.viewTransitionName = '';
    };
    // A move that the browser skips has still opened the work.
    move.ready.catch(() => undefined);
    move.finished.then(end, end);
  });
}
