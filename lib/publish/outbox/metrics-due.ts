import { type MetricAge, metricAges, type Post } from './post.ts';

const hourMs = 3_600_000;
const agesMs: Readonly<Record<MetricAge, number>> = {
  '1h': hourMs,
  '6h': 6 * hourMs,
  '24h': 24 * hourMs,
  '72h': 72 * hourMs,
  '7d': 168 * hourMs,
  '30d': 720 * hourMs,
};

/**
 * The age at which the figures of a published post are due now, and when they are due next. An age that was missed, because nothing ran, is not made
 * up for: its figures would be those of another age.
 */
export function metricDue({ published, metrics }: Post, now: number): { age: MetricAge | undefined; nextAt: number | undefined } {
  if (!published) return { age: undefined, nextAt: undefined };
  const passed = metricAges.filter((age) => now - published.at >= agesMs[age]);
  const age = passed.at(-1);
  const next = metricAges[passed.length];
  const isTaken = age === undefined || metrics.some((taken) => taken.age === age);
  // Later than half of the time to the next age it would not be a figure of this one.
  const isLate = age !== undefined && next !== undefined && now - published.at > (agesMs[age] + agesMs[next]) / 2;
  return { age: isTaken || isLate ? undefined : age, nextAt: next && published.at + agesMs[next] };
}
