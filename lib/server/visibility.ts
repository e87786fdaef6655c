import type { Caller } from './context.ts';

/** Whether a caller sees works that are marked hidden, and notes: the holder of any token does, a reader without one does not. */
export const seesHidden = ({ id }: Caller): boolean => id !== 'local';
