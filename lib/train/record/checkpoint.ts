/**
 * Checkpoints hold everything needed to continue a run. A checkpoint is a folder `step-000120` with the LoRA at that step
 * (lora.safetensors) and the state (state.safetensors: parameters, moments, average, position). It is written under another name, synced
 * and renamed, so that a crash at any moment leaves the previous checkpoint intact.
 */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ArtistError, namesIn, removeTree, syncFolder, systemCode, writeError, writeFileAtomic } from '../../core/index.ts';
import type { NativeTrainState } from '../../engine/index.ts';
import { encodeSafetensors, readFloatTensors, readModelHeader } from '../../models/index.ts';

const pair = () => z.tuple([z.number(), z.number()]);

/** State that is not a tensor. */
const progressSchema = z.strictObject({
  schema: z.literal(1),
  position: z.strictObject({ epoch: z.int(), batch: z.int(), step: z.int() }),
  smoothed: pair(),
  /** Smoothed loss. */
  loss: z.number(),
  /** null: no validation yet. */
  validation: z.strictObject({ first: z.number(), last: z.number(), best: z.number(), bestStep: z.int(), since: z.int() }).nullable(),
  /** Total seconds spent in steps. */
  seconds: z.number(),
  /** Whether the run stopped early at this checkpoint. */
  stopped: z.boolean(),
  native: z.strictObject({ optimizer: z.enum(['adamw', 'lion', 'adafactor', 'prodigy']), numbers: z.record(z.string(), z.number()) }),
});
type Stored = z.output<typeof progressSchema>;
export type TrainProgress = Omit<Stored, 'schema' | 'native'>;

export interface Checkpoint {
  /** The folder. */
  readonly folder: string;
  readonly step: number;
}

const pattern = /^step-(\d{6,})$/;
const loraName = 'lora.safetensors';
const stateName = 'state.safetensors';

export const checkpointLora = ({ folder }: Pick<Checkpoint, 'folder'>): string => join(folder, loraName);

/** Lists the complete checkpoints of a run, oldest first. */
export async function listCheckpoints(root: string): Promise<Checkpoint[]> {
  const names = await namesIn(root, 'the checkpoints of a run');
  return names
    .flatMap((name) => {
      const step = pattern.exec(name)?.[1];
      return step === undefined ? [] : [{ folder: join(root, name), step: Number(step) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** Whether the run stopped early at this checkpoint. False if the checkpoint cannot be read. */
export async function isFinished({ folder }: Checkpoint): Promise<boolean> {
  try {
    const { metadata } = await readModelHeader(join(folder, stateName));
    return progressSchema.parse(JSON.parse(String(metadata['state']))).stopped;
  } catch {
    return false; // resumeTraining() reports what is wrong with it
  }
}

/** Removes leftovers of crashed writes. A checkpoint that was renamed aside but not yet replaced is restored. */
export async function sweepCheckpoints(root: string): Promise<void> {
  const names = await readdir(root).catch((): string[] => []);
  for (const name of names) {
    const [, step, part] = /^\.(step-\d{6,})-(\d+|old)$/.exec(name) ?? [];
    if (step === undefined) continue;
    if (part === 'old' && !names.includes(step)) await rename(join(root, name), join(root, step));
    else await removeTree(join(root, name), { inside: root });
  }
}

/**
 * Writes a checkpoint and removes the oldest ones beyond `keep`.
 *
 * @param writeLora writes the current LoRA to a path
 * @throws ArtistError ERR_DISK_FULL, ERR_WRITE when writing fails; earlier checkpoints stay intact
 */
export async function writeCheckpoint(
  root: string,
  {
    writeLora,
    state,
    progress,
    keep,
  }: { writeLora: (path: string) => Promise<unknown>; state: NativeTrainState; progress: TrainProgress; keep: number },
): Promise<Checkpoint> {
  const { step } = progress.position;
  const name = `step-${String(step).padStart(6, '0')}`;
  const folder = join(root, name);
  const temporary = join(root, `.${name}-${process.pid}`);
  const { tensors, optimizer, numbers } = state;
  const text: Stored = { schema: 1, ...progress, native: { optimizer, numbers } };
  try {
    await mkdir(temporary, { recursive: true });
    await writeLora(join(temporary, loraName));
    await writeFileAtomic(join(temporary, stateName), encodeSafetensors(tensors, 'F32', { state: JSON.stringify(text) }).bytes, {
      overwrite: true,
    });
    // A run that crashed may have written this step already; the resumed run writes the same bytes again.
    const old = join(root, `.${name}-old`);
    await rename(folder, old).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
    await rename(temporary, folder);
    await syncFolder(root);
    await removeTree(old, { inside: root });
  } catch (error) {
    await removeTree(temporary, { inside: root }).catch(() => undefined); // The first error is the one to report.
    throw error instanceof ArtistError ? error : writeError(folder, error);
  }
  const all = await listCheckpoints(root);
  for (const old of all.slice(0, Math.max(0, all.length - keep))) await removeTree(old.folder, { inside: root });
  return { folder, step };
}

/**
 * Reads a checkpoint.
 *
 * @throws ArtistError ERR_MODEL_FORMAT when it is damaged; ERR_READ when it cannot be read
 */
export async function readCheckpoint(checkpoint: Checkpoint): Promise<{ state: NativeTrainState; progress: TrainProgress }> {
  const file = join(checkpoint.folder, stateName);
  const header = await readModelHeader(file);
  let stored: Stored;
  try {
    stored = progressSchema.parse(JSON.parse(String(header.metadata['state'])));
  } catch (error) {
    throw new ArtistError(
      'ERR_MODEL_FORMAT',
      `${file}: expected the state of a training run, got other fields. Remove ${checkpoint.folder}: the run then continues from the checkpoint before it`,
      { cause: error },
    );
  }
  const tensors = (await readFloatTensors(header)).map(({ name, shape, data }) => ({ name, shape: [...shape], data }));
  const { native, schema: _schema, ...progress } = stored;
  return { state: { ...native, tensors }, progress };
}
