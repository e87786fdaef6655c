import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, homeOf, lockOwner, openPlainFile, systemCode } from '../../core/index.ts';

/** A training run of this home, as the end of its log shows it. */
export interface TrainingRun {
  name: string;
  running: boolean;
  /** The last logged step and its loss; null: none yet. */
  step: number | null;
  loss: number | null;
  /** ISO time of the last log line; null: there is none. */
  at: string | null;
}

/** How much of the log's end is read. A run logs one short line per step, so this holds the last line of each kind. */
const tailBytes = 65_536;

async function tailOf(path: string): Promise<string> {
  const handle = await openPlainFile(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function lineOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // a partial line: at the start of the tail, or at the end of a killed run
  }
}

async function readRun(folder: string, name: string): Promise<TrainingRun> {
  const texts = (await tailOf(join(folder, 'log.jsonl'))).split('\n');
  const lines = texts.map(lineOf).filter((line) => line !== undefined);
  const step = lines.findLast(({ type }) => type === 'step');
  const time = lines.at(-1)?.['time'];
  const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
  return {
    name,
    running: (await lockOwner(join(folder, 'lock'))) !== undefined,
    step: number(step?.['step']),
    loss: number(step?.['smoothedLoss'] ?? step?.['loss']),
    at: typeof time === 'string' ? time : null,
  };
}

/** One run of `<home>/training`, as the end of its log shows it; without a log, all is null. */
export const trainingRun = (home: Home, name: string): Promise<TrainingRun> => readRun(home.trainingRun(name), name);

/** The runs in `<home>/training`, most recently active first. */
export async function trainingRuns(home: string): Promise<TrainingRun[]> {
  const folder = homeOf(home).training;
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  });
  const runs: TrainingRun[] = [];
  for (const entry of entries) if (entry.isDirectory()) runs.push(await readRun(join(folder, entry.name), entry.name));
  return runs.sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''));
}
