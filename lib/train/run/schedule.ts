/** Factors of the learning rate over a run. */
export const schedules = ['constant', 'linear', 'cosine'] as const;
export type Schedule = (typeof schedules)[number];

/**
 * Share of the full learning rate at a step. During warm-up it rises in a straight line; after it, `linear` falls to 0 in a straight line and
 * `cosine` in half a period. Every step, the last one too, has a share above 0.
 *
 * @param step 0 .. steps - 1
 */
export function learningRateShare(step: number, steps: number, { schedule, warmup }: { schedule: Schedule; warmup: number }): number {
  if (step < warmup) return (step + 1) / (warmup + 1);
  if (schedule === 'constant') return 1;
  const part = (step - warmup) / Math.max(1, steps - warmup);
  return schedule === 'linear' ? 1 - part : (1 + Math.cos(Math.PI * part)) / 2;
}
