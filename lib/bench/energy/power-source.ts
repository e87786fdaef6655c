import type { Energy } from '../result/result.ts';

/** What a source tells about a stretch of time. */
export interface Reading {
  /** Absent parts were not told, or too seldom. */
  readonly joules: Energy;
  /** Why a device lowered its clocks. */
  readonly throttled: readonly string[];
}

/** Something of the machine that tells its energy to this user. One stretch at a time. */
export interface PowerSource {
  readonly name: string;
  /** Begins a stretch. @returns what ends it */
  start(): Promise<() => Promise<Reading>>;
  close(): void;
}
