import type { DayRange, EvolutionSpan, Figures, Retrospective, StyleFigures } from '../../artist/index.ts';

/** What the measuring process does: it compares the pictures of many works, which takes seconds of computing. */
export interface Measurements {
  /** Measures a period so far, or as of its end. */
  retrospective: { ask: { period: string }; answer: Retrospective };
  /** Ends a period and records its retrospective. */
  endPeriod: { ask: { period: string }; answer: { id: string } };
  /** What GET /figures and GET /map show; see lib/artist/figures. `hidden`: with hidden works. */
  figures: { ask: { hidden: boolean; range: DayRange }; answer: Figures };
  style: { ask: { hidden: boolean; range: DayRange; by: EvolutionSpan }; answer: StyleFigures };
  /** `columns`: base64 of the body of GET /map. */
  map: { ask: { hidden: boolean }; answer: { columns: string; unplaced: number } };
  /** The pair of works whose duel teaches most. */
  duel: { ask: { skipped: [string, string][] }; answer: { first: string; second: string; expected: number | null } };
  /** Learns the taste from duels, and writes it to the home. */
  taste: { ask: { from: 'ratings' | 'duels' }; answer: LearnedTaste };
  /** Works that look the same, among the newest ones. */
  duplicates: { ask: { newest: number }; answer: { groups: string[][]; compared: number } };
}
/** What a taste was learned from, and how well it tells works apart: see `metrics` of a taste. */
export interface LearnedTaste {
  from: 'ratings' | 'duels';
  n: number;
  metrics: Record<string, number>;
}
export type MeasurementName = keyof Measurements;

/** The message to the process. */
export type MeasuringRequest = { home: string } & { [K in MeasurementName]: { name: K; ask: Measurements[K]['ask'] } }[MeasurementName];

/** Its answer. */
export type MeasuringReply = { value: unknown; warnings: string[] } | { code: string; message: string; warnings: string[] };
