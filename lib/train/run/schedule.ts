/** Learning rate schedules. */
export const schedules = ['constant', 'linear', 'cosine'] as const;
export type Schedule = (typeof schedules)[number];

/**
 * Returns the share of the full learning rate at a step. It rises linearly during warm-up. After that, `linear` falls to 0 linearly and
 * `cosine` along half a period. The share is above 0 at every step, including the last.
 *
 * @param step 0 .. steps - 1
 */
export function learningRateShare(step: number, steps: number, { schedule, warmup }: { schedule: Schedule; warmup: number }): number {
  if (step < warmup) return (step + 1) / (warmup + 1);
  if (schedule === 'constant') return 1;
  const part = (step - warmup) / Math.max(1, steps - warmup);
  return schedule === 'linear' ? 1 - part : (1 + Math.cos(Math.PI * part)) / 2;
}
