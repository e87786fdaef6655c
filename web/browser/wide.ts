import { signal } from '@preact/signals';

const query = matchMedia('(min-width: 64rem)');
/** Whether there is room for a column beside the pictures. */
export const isWide = signal(query.matches);
query.addEventListener('change', () => {
  isWide.value = query.matches;
});
