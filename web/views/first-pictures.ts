const lookMs = 40;
const mostMs = 1500;
/** What a person does first, other than looking. */
const actions = ['wheel', 'keydown', 'pointerdown', 'touchstart'] as const;

/** Waits until the pictures in view are here, so that nothing else shares a slow network with them; not longer than the person only looks. */
export function firstPictures(): Promise<void> {
  return new Promise((resolve) => {
    const began = performance.now();
    const end = (): void => {
      clearInterval(timer);
      for (const action of actions) removeEventListener(action, end, true);
      resolve();
    };
    const timer = setInterval(() => {
      const pictures = [...document.querySelectorAll<HTMLImageElement>('[data-grid] img')];
      const areHere = pictures.length > 0 && pictures.every((picture) => picture.complete);
      if (areHere || performance.now() - began > mostMs) end();
    }, lookMs);
    for (const action of actions) addEventListener(action, end, { capture: true, passive: true });
  });
}
