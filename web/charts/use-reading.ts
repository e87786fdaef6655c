import { useMemo, useRef, useState } from 'preact/hooks';
import { type Line, nearest, type Point, type Span } from './line.ts';
import { type PointingEvents, pointing } from './pointing.ts';

export interface Reading {
  /** The step that is pointed at. */
  pointed: number | undefined;
  /** The one that was pointed at last, also when the pointer has left. */
  lastPointed: number | undefined;
  /** The point that each line has there. */
  points: readonly (Point | undefined)[];
  events: PointingEvents;
}

interface Readable {
  lines: readonly Line[];
  /** Of all lines, by rising size. */
  steps: readonly number[];
  view: Span;
  x: (step: number) => number;
  inset: { left: number; right: number };
}

/** A point of a line stands for a step that is at most so many pixels away; one of few points stands for its own. */
const reach = 3;

/** Points at a step of a line chart. It stays at its step while more steps come. */
export function useReading({ lines, steps, view: [from, to], x, inset }: Readable): Reading {
  const [step, setStep] = useState<number | undefined>(undefined);
  const last = useRef<number | undefined>(undefined);
  const seen = useMemo(() => steps.filter((one) => one >= from && one <= to), [steps, from, to]);
  const at = step === undefined || seen.length === 0 ? undefined : nearest(seen, step);
  const pointed = at === undefined ? undefined : seen[at];
  if (pointed !== undefined) last.current = pointed;
  const pointOf = ({ points, isSparse }: Line): Point | undefined => {
    if (pointed === undefined) return undefined;
    const point = points[nearest(points, pointed, ([one]) => one)];
    return point && Math.abs(x(point[0]) - x(pointed)) <= (isSparse ? 0 : reach) ? point : undefined;
  };
  return {
    pointed,
    lastPointed: last.current,
    points: lines.map(pointOf),
    events: pointing({
      count: seen.length,
      at,
      set: (slot) => setStep(slot === undefined ? undefined : seen[slot]),
      inset,
      slotAt: (part) => nearest(seen, from + part * (to - from)),
    }),
  };
}
