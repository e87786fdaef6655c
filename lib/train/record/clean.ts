/** Removes what finished trainings leave behind. */
import { existsSync } from 'node:fs';
import { ArtistError, homeOf, removeTree } from '../../core/index.ts';
import { type KeptRun, listTrainingRuns, removeTrainingRun, sizeOf } from './runs.ts';

/** Why a run is kept: it runs, it can be resumed, it is younger than asked for, or its LoRA is gone, so that its checkpoints are all there is. */
export type KeptReason = 'running' | 'unfinished' | 'recent' | 'lora-gone';

export interface CleanTrainingOptions {
  home: string;
  /** Also runs that could be resumed. Default false. */
  unfinished?: boolean | undefined;
  /** Only runs that began this many days ago, 0..3650. Default 0. */
  olderThanDays?: number | undefined;
  /** Remove nothing. Default false. */
  dryRun?: boolean | undefined;
  /** Time in milliseconds, for tests. Default: now. */
  now?: number | undefined;
}

export interface CleanedTraining {
  removed: KeptRun[];
  kept: { run: KeptRun; why: KeptReason }[];
  /** Encoded pictures and captions in the cache; null: they are kept, because a training runs. They are encoded again when they are needed. */
  cache: { folder: string; bytes: number } | null;
  /** Of runs and cache. */
  bytes: number;
}

/**
 * Removes finished runs (log, checkpoints, samples) and the cache of encoded pictures. LoRAs stay, and so does a run whose LoRA is gone.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT; ERR_READ, ERR_WRITE when files cannot be read or removed
 */
export async function cleanTraining(options: CleanTrainingOptions): Promise<CleanedTraining> {
  const { home, unfinished = false, olderThanDays = 0, dryRun = false, now = Date.now() } = options;
  if (!(olderThanDays >= 0 && olderThanDays <= 3650))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `olderThanDays: expected 0..3650 days, got ${olderThanDays}`);
  const whyKept = ({ running, finished, started, out }: KeptRun): KeptReason | undefined => {
    if (running) return 'running';
    if (!finished && !unfinished) return 'unfinished';
    if (finished && !existsSync(out)) return 'lora-gone';
    return now - Date.parse(started) < olderThanDays * 86_400_000 ? 'recent' : undefined;
  };
  const { runs } = await listTrainingRuns({ home });
  const removed: KeptRun[] = [];
  const kept: CleanedTraining['kept'] = [];
  for (const run of runs) {
    const why = whyKept(run);
    if (why === undefined) removed.push(run);
    else kept.push({ run, why });
  }
  const { trainingCache: folder, cache: inside } = homeOf(home);
  const cache = runs.some(({ running }) => running) ? null : { folder, bytes: existsSync(folder) ? await sizeOf(folder) : 0 };
  if (!dryRun) {
    // By their folders: names are looked for among all runs, whose sizes are counted.
    for (const run of removed) await removeTrainingRun(run.folder, { home });
    if (cache && cache.bytes > 0) await removeTree(folder, { inside });
  }
  return { removed, kept, cache, bytes: removed.reduce((sum, { bytes }) => sum + bytes, cache?.bytes ?? 0) };
}
