import { dirname, isAbsolute, resolve } from 'node:path';
import { ArtistError, answering, readPlainFile, systemCode } from '../../core/index.ts';

export interface LossPoint {
  /** Finished steps, from 1. */
  readonly step: number;
  readonly loss: number;
  /** Smoothed loss, if the log has it. */
  readonly smoothedLoss?: number;
}

/** The contents of a run's log, ordered by step. */
export interface TrainingLog {
  readonly steps: readonly LossPoint[];
  readonly validation: readonly { readonly step: number; readonly loss: number }[];
  /** Sample pictures, with absolute paths. */
  readonly samples: readonly { readonly step: number; readonly files: readonly string[] }[];
}

type Line = Record<string, unknown>;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Parses a line; undefined if it is not an object, e.g. the partial last line of a killed process. */
function lineOf(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads a run's log.jsonl, which has one event per line. A killed run repeats the steps after its last checkpoint, so the last line of a
 * step counts. Truncated lines are skipped.
 *
 * @throws ArtistError ERR_READ when the log cannot be read
 */
export const readTrainingLog = answering('readTrainingLog', async (path: string): Promise<TrainingLog> => {
  const text = await readPlainFile(path, 'utf8').catch((error: unknown) => {
    throw new ArtistError('ERR_READ', `${path}: expected the log of a training run, got ${systemCode(error) ?? String(error)}`, {
      cause: error,
    });
  });
  const steps = new Map<number, LossPoint>();
  const validation = new Map<number, { step: number; loss: number }>();
  const samples = new Map<number, { step: number; files: string[] }>();
  for (const line of text.split('\n')) {
    const event = line === '' ? undefined : lineOf(line);
    const step = event?.['step'];
    if (!event || !isNumber(step)) continue;
    const { type, loss, smoothedLoss, files } = event;
    if (type === 'step' && isNumber(loss)) steps.set(step, { step, loss, ...(isNumber(smoothedLoss) ? { smoothedLoss } : {}) });
    else if (type === 'validation' && isNumber(loss)) validation.set(step, { step, loss });
    else if (type === 'sample' && Array.isArray(files)) {
      const names = files.filter((file): file is string => typeof file === 'string');
      samples.set(step, { step, files: names.map((file) => (isAbsolute(file) ? file : resolve(dirname(path), file))) });
    }
  }
  const ordered = <T extends { step: number }>(points: Map<number, T>): T[] => [...points.values()].sort((a, b) => a.step - b.step);
  return { steps: ordered(steps), validation: ordered(validation), samples: ordered(samples) };
});
