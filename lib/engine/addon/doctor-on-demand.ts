import { answering } from '../../core/index.ts';
import type { Diagnosis } from './doctor.ts';

/**
 * Checks everything that decides whether this package can paint, and on which device. Each candidate addon is loaded in a child process, so
 * a crash is reported and does not end this process. Problems are part of the result; none of them throws.
 */
export const diagnose = answering('diagnose', async (): Promise<Diagnosis> => {
  return (await import('./doctor.ts')).diagnose();
});
