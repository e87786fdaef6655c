import { type Clock, isoTime, systemClock } from '../../core/index.ts';
import { HookBook, type HookRecord } from '../../hooks/index.ts';

/** A call of a hook, for display. */
export interface HookCall extends Pick<HookRecord, 'type' | 'about' | 'hook' | 'state' | 'seconds' | 'status' | 'problem' | 'output'> {
  /** ISO. */
  at: string | null;
}

/** What hooks of a home did. */
export interface HooksPart {
  /** Since the home was made. */
  called: number;
  failed: number;
  /** The latest calls, newest first. */
  latest: HookCall[];
}

const mostShown = 10;

export const hookCall = ({ at, type, about, hook, state, seconds, status, problem, output }: HookRecord): HookCall => ({
  ...{ at: isoTime(at), type, about, hook, state, seconds, status, problem, output },
});

/** null: no hook was ever called. @throws ArtistError every error of StateFile.read() */
export async function hooksOf(home: string, clock: Clock = systemClock): Promise<HooksPart | null> {
  const { called, failed, records } = await new HookBook(home, clock).read();
  if (called === 0) return null;
  return { called, failed, latest: records.slice(-mostShown).reverse().map(hookCall) };
}

/** The calls for works, by the id of the work. @throws ArtistError every error of StateFile.read() */
export async function hookCallsByWork(home: string, clock: Clock = systemClock): Promise<Map<string, HookCall[]>> {
  const byWork = new Map<string, HookCall[]>();
  for (const record of (await new HookBook(home, clock).read()).records)
    if (record.event === 'work') byWork.set(record.about, [...(byWork.get(record.about) ?? []), hookCall(record)]);
  return byWork;
}
