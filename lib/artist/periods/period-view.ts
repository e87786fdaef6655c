import type { Period } from './period.ts';

export const stateOf = ({ startedAt, endedAt }: Period): 'planned' | 'current' | 'ended' =>
  startedAt === undefined ? 'planned' : endedAt === undefined ? 'current' : 'ended';

const iso = (time: number | undefined): string | null => (time === undefined ? null : new Date(time).toISOString());

/** A period as JSON, for --json and for clients of a server. */
export function periodView(period: Period) {
  const { id, name, starts, ends, hypothesis, topics, styles, loras, startedAt, endedAt, endedBy } = period;
  return {
    id,
    name,
    state: stateOf(period),
    starts: starts === undefined ? null : 'at' in starts ? { at: iso(starts.at) } : starts,
    ends: ends.map((rule) => ('at' in rule ? { at: iso(rule.at) } : rule)),
    hypothesis: hypothesis ?? null,
    topics,
    styles,
    loras,
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
    endedBy: endedBy ?? null,
  };
}
