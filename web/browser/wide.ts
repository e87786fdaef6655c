import { type Signal, signal } from '@preact/signals';

function matching(text: string): Signal<boolean> {
  const query = matchMedia(text);
  const matches = signal(query.matches);
  query.addEventListener('change', () => {
    matches.value = query.matches;
  });
  return matches;
}

/** Whether there is room for a column beside the pictures. */
export const isWide = matching('(min-width: 64rem)');
/** Whether it is a phone, upright: the bars have room for what is used all the time, and the rest is behind a button. */
export const isNarrow = matching('(max-width: 39.99rem)');
