import { signal } from '@preact/signals';

/** Whether the language of queries is explained. */
export const isHelpShown = signal(false);
