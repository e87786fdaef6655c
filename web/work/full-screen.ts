import { signal } from '@preact/signals';

/** Whether the whole page fills the screen; then the picture has it to itself. */
export const isFull = signal(document.fullscreenElement !== null);
document.addEventListener('fullscreenchange', () => {
  isFull.value = document.fullscreenElement !== null;
});

/** Some phones have none. */
export const mayFill = document.fullscreenEnabled === true;

export function toggleFull(): void {
  // A refusal leaves everything as it is, and the browser has said why.
  if (isFull.value) document.exitFullscreen().catch(() => undefined);
  else if (mayFill) document.documentElement.requestFullscreen().catch(() => undefined);
}
