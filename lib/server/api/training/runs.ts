import { createReadStream, type ReadStream } from 'node:fs';
import { basename } from 'node:path';
import {
  ArtistError,
  display,
  exists,
  type Home,
  isArtistError,
  isoTime,
  readPlainFile,
  refusedName,
  writeFileAtomic,
} from '../../../core/index.ts';
import { newLoraPath } from '../../../lora/index.ts';
import { type OrderedRun, trainingRun } from '../../../service/index.ts';
import {
  type Checkpoint,
  checkpointLora,
  type LossPoint,
  listCheckpoints,
  listTrainingRuns,
  readTrainingLog,
  type TrainingLog,
} from '../../../train/index.ts';

export interface RunView {
  name: string;
  state: OrderedRun['state'] | 'finished' | 'training';
  lora: string | null;
  started: string | null;
  steps: number | null;
  step: number | null;
  loss: number | null;
  bytes: number | null;
  error: { code: string; message: string } | null;
}

/** All runs of `<home>/training`, and those that failed before they had a folder; newest first. */
export async function listRuns(home: Home, ordered: readonly OrderedRun[], clean: (message: string) => string): Promise<RunView[]> {
  const { runs } = await listTrainingRuns({ home: home.folder });
  const kept = new Map(runs.map((run) => [run.name, run]));
  const orders = new Map(ordered.toReversed().map((run) => [run.name, run]));
  const views = await Promise.all(
    [...new Set([...orders.keys(), ...kept.keys()])].map(async (name): Promise<RunView> => {
      const [order, run] = [orders.get(name), kept.get(name)];
      const { step, loss } = await trainingRun(home, name);
      const own = run?.running ? 'training' : run?.finished ? 'finished' : 'stopped';
      return {
        name,
        state: order?.state ?? own,
        lora: run?.lora ?? null,
        started: run?.started ?? isoTime(order?.startedAt ?? order?.orderedAt ?? null),
        steps: run?.steps ?? null,
        step: step ?? run?.step ?? null,
        loss,
        bytes: run?.bytes ?? null,
        error: order?.code ? { code: order.code, message: clean(order.message ?? '') } : null,
      };
    }),
  );
  return views.sort((a, b) => (b.started ?? '').localeCompare(a.started ?? ''));
}

/** @throws ArtistError ERR_NOT_FOUND */
function folderOf(home: Home, name: string, ...file: string[]): string {
  if (refusedName(name) === undefined) return home.trainingRun(name, ...file);
  throw new ArtistError('ERR_NOT_FOUND', `run: expected the name of a training run, got ${display(name)}`);
}

/** What a run has logged; empty while it prepares. @throws ArtistError ERR_NOT_FOUND */
export async function logOf(home: Home, name: string): Promise<TrainingLog> {
  if (!(await exists(folderOf(home, name))))
    throw new ArtistError('ERR_NOT_FOUND', `run: expected the name of a training run, got ${display(name)}`);
  try {
    return await readTrainingLog(folderOf(home, name, 'log.jsonl'));
  } catch (error) {
    if (!isArtistError(error, 'ERR_READ')) throw error;
    return { steps: [], validation: [], samples: [] };
  }
}

/** At most `most` points, evenly spread, the last included. */
export function thinned(points: readonly LossPoint[], most: number): LossPoint[] {
  if (points.length <= most) return [...points];
  const stride = points.length / most;
  return Array.from({ length: most }, (_, index) => points[Math.ceil((index + 1) * stride) - 1] as LossPoint);
}

/** The newest LoRA of a run: the finished one, else that of its last checkpoint. @throws ArtistError ERR_NOT_FOUND */
export async function loraOf(home: Home, name: string): Promise<{ path: string; file: string }> {
  const finished = folderOf(home, name, 'lora.safetensors');
  if (await exists(finished)) return { path: finished, file: `${name}.safetensors` };
  const newest = (await listCheckpoints(folderOf(home, name, 'checkpoints'))).at(-1);
  if (newest) return { path: checkpointLora(newest), file: `${name}-${newest.step}.safetensors` };
  throw new ArtistError('ERR_NOT_FOUND', `run: expected one with a LoRA, got ${display(name)}, which has no checkpoint yet`);
}

/**
 * The LoRA of a checkpoint.
 *
 * @param step undefined: the newest
 * @throws ArtistError ERR_NOT_FOUND: there is none at this step; the message lists those that are there
 */
export async function checkpointOf(home: Home, name: string, step: number | undefined): Promise<{ step: number; lora: string }> {
  const all = await checkpointsOf(home, name);
  const found = step === undefined ? all.at(-1) : all.find((one) => one.step === step);
  if (found) return { step: found.step, lora: checkpointLora(found) };
  const steps = all.map((one) => one.step).join(', ');
  throw new ArtistError(
    'ERR_NOT_FOUND',
    `step: expected one of a checkpoint, got ${step ?? 'none'}. There ${steps === '' ? 'is no checkpoint yet' : `are: ${steps}`}`,
  );
}

/** The checkpoints of a run, oldest first. @throws ArtistError ERR_NOT_FOUND: no such run */
export async function checkpointsOf(home: Home, name: string): Promise<Checkpoint[]> {
  if (await exists(folderOf(home, name))) return listCheckpoints(folderOf(home, name, 'checkpoints'));
  throw new ArtistError('ERR_NOT_FOUND', `run: expected the name of a training run, got ${display(name)}`);
}

export const streamOf = (path: string): ReadStream => createReadStream(path);

/**
 * Copies the newest LoRA of a run into `<home>/loras`, where prompts find it by its name.
 *
 * @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT, ERR_ALREADY_EXISTS, ERR_DISK_FULL, ERR_WRITE
 */
export async function adoptLora(home: Home, run: string, name: string): Promise<void> {
  const { path } = await loraOf(home, run);
  await writeFileAtomic(newLoraPath(name, { home: home.folder }), await readPlainFile(path), { overwrite: false });
}

/** The path of a sample picture. @throws ArtistError ERR_NOT_FOUND */
export async function sampleOf(home: Home, name: string, step: number, index: number): Promise<string> {
  const path = (await logOf(home, name)).samples.find((sample) => sample.step === step)?.files[index];
  // Its own folder only: a log that was edited must not lead elsewhere.
  const own = path === undefined ? undefined : folderOf(home, name, 'samples', basename(path));
  if (own !== undefined && (await exists(own))) return own;
  throw new ArtistError('ERR_NOT_FOUND', `sample: expected one of the run, got picture ${index} of step ${step}`);
}
