import { answering } from '../../core/index.ts';
import type { Diagnosis } from './doctor.ts';

/**
 * Looks at everything that decides whether and on what this package can paint. Loads each candidate in a child process, so that one that
 * crashes is a finding. Never throws for what it finds.
 */
export const diagnose = answering('diagnose', async (): Promise<Diagnosis> => {
  return (await import('./doctor.ts')).diagnose();
});
