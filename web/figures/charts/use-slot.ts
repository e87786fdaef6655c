import { useEffect, useState } from 'preact/hooks';
import { type Pointing, type PointingEvents, pointing } from '../../charts/pointing.ts';

export interface SlotChoice extends PointingEvents {
  /** The slot that is pointed at; undefined: none. */
  at: number | undefined;
}

/** Points at one of the slots of a chart, which are of one width. */
export function useSlot(count: number, inset: Pointing['inset']): SlotChoice {
  const [chosen, set] = useState<number | undefined>(undefined);
  useEffect(() => set(undefined), [count]);
  const at = chosen !== undefined && chosen < count ? chosen : undefined;
  return { at, ...pointing({ count, at, set, inset, slotAt: (part) => Math.floor(part * count) }) };
}
