/** What a chart shows; its table and its file are made of the same. */

/** How a series is drawn. Each differs from the others by more than its colour. */
export type Look = 'main' | 'good' | 'bad' | 'quiet';

export interface Slot {
  /** Says what the slot is, in full: a day, a week, a class of values. */
  label: string;
  /** On the axis, where there is room. */
  short: string;
  /** The works of it. */
  href?: string;
}

export interface Series {
  label: string;
  look: Look;
  /** One for each slot; null: not measured. */
  values: readonly (number | null)[];
  /** 95 % intervals of these values. */
  intervals?: readonly (readonly [number, number] | null)[];
  /** What the read-out says while no slot is pointed at. */
  overall: string;
}

export interface ChartData {
  /** What the slots are: the head of their column. */
  slotName: string;
  slots: readonly Slot[];
  series: readonly Series[];
  format: (value: number) => string;
}

export interface TableData {
  head: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
}

/** The chart as a table; intervals have columns of their own. @param bounds names of these two columns, for a series */
export function tableOf({ slotName, slots, series }: ChartData, bounds: (label: string) => readonly [string, string]): TableData {
  return {
    head: [slotName, ...series.flatMap(({ label, intervals }) => (intervals ? [label, ...bounds(label)] : [label]))],
    rows: slots.map(({ label }, at) => [
      label,
      ...series.flatMap(({ values, intervals }) => {
        const value = values[at] ?? null;
        const [low, high] = intervals?.[at] ?? [null, null];
        return intervals ? [value, low, high] : [value];
      }),
    ]),
  };
}
