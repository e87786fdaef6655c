/** run.json: the options and data that a run started with. A resumed run must have the same data and arrive at the same settings. */
import { join } from 'node:path';
import * as z from 'zod';
import { ArtistError, display, readPlainFile, systemCode, writeFileAtomic } from '../../core/index.ts';
import { nameSome } from '../../lora/index.ts';
import type { TrainingPicture } from '../data/data-set.ts';
import type { TrainSettings } from '../settings/settings.ts';

/** Role, name, SHA-256, caption, repeats. */
type RecordedPicture = [string, string, string, string, number];

const recordSchema = z.strictObject({
  schema: z.literal(1),
  name: z.string(),
  out: z.string(),
  started: z.string(),
  /** Options as given, without signal, listener and home. */
  options: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()),
  model: z.strictObject({ name: z.string(), hash: z.string().optional() }),
  pictures: z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.int()])),
});
export type RunRecord = z.output<typeof recordSchema>;

const recordFile = (folder: string): string => join(folder, 'run.json');

export function recordPictures(pictures: readonly TrainingPicture[]): RecordedPicture[] {
  return pictures.map(({ role, name, hash, caption, repeats }) => [role, name, hash, caption, repeats]);
}

/** @throws ArtistError ERR_DISK_FULL, ERR_WRITE when writing fails */
export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  await writeFileAtomic(recordFile(folder), Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`), { overwrite: true });
}

/** @throws ArtistError ERR_RESUME when the folder has no readable run */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  const file = recordFile(folder);
  const text = await readPlainFile(file, 'utf8').catch((error: unknown) => {
    throw new ArtistError(
      'ERR_RESUME',
      `${folder}: expected the folder of a training run, got one without a readable run.json (${systemCode(error) ?? String(error)}). Runs are in <home>/training`,
      { cause: error },
    );
  });
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ArtistError('ERR_RESUME', `${file}: expected what this version of ai-artist wrote, got other fields. Start a new run`, {
      cause: error,
    });
  }
}

/** Path of the first difference between two plain values, e.g. "network.rank"; undefined if they are equal. */
export function firstDifference(a: unknown, b: unknown, at = ''): string | undefined {
  if (a === b) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return at;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = firstDifference(one[key], other[key], at === '' ? key : `${at}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function valueAt(root: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
      root,
    );
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** Settings that affect only what is reported and stored, not the LoRA's numbers. */
const withoutEffect: ReadonlySet<string> = new Set<keyof TrainSettings>(['samples', 'checkpoints']);

const numbersOf = (settings: unknown): unknown =>
  Object.fromEntries(Object.entries(plain(settings) as Record<string, unknown>).filter(([key]) => !withoutEffect.has(key)));

/** @throws ArtistError ERR_RESUME when a setting differs; the message names it */
export function checkSettings(record: RunRecord, settings: TrainSettings): void {
  const [then, now] = [numbersOf(record.settings), numbersOf(settings)];
  const where = firstDifference(then, now);
  if (where === undefined) return;
  throw new ArtistError(
    'ERR_RESUME',
    `${where}: expected ${display(valueAt(then, where))}, which the run started with, got ${display(valueAt(now, where))}. Leave it as it was, or start a new run`,
  );
}

/** @throws ArtistError ERR_RESUME when pictures or captions changed; the message names them */
export function checkPictures(record: RunRecord, pictures: readonly TrainingPicture[]): void {
  const now = recordPictures(pictures);
  const key = ([role, name]: RecordedPicture): string => `${role === 'class' ? 'class ' : ''}${name}`;
  const before = new Map(record.pictures.map((picture) => [key(picture), picture]));
  const changes: string[] = [];
  for (const picture of now) {
    const known = before.get(key(picture));
    before.delete(key(picture));
    if (!known) changes.push(`${key(picture)} is new`);
    else if (known[2] !== picture[2]) changes.push(`${key(picture)} has another content`);
    else if (known[3] !== picture[3]) changes.push(`the caption of ${key(picture)} changed`);
    else if (known[0] !== picture[0] || known[4] !== picture[4]) changes.push(`${key(picture)} is used in another way`);
  }
  changes.push(...[...before.keys()].map((name) => `${name} is gone`));
  if (changes.length === 0) return;
  throw new ArtistError(
    'ERR_RESUME',
    `data: expected the pictures and captions which the run started with, got ${changes.length} changes: ${nameSome(changes)}. Put them back, or start a new run`,
    { details: changes },
  );
}

/** @throws ArtistError ERR_RESUME when the model differs */
export function checkModel(record: RunRecord, model: { name: string; hash?: string | undefined }): void {
  if (record.model.hash === model.hash && record.model.name === model.name) return;
  throw new ArtistError(
    'ERR_RESUME',
    `model: expected ${record.model.name}${record.model.hash ? ` (${record.model.hash.slice(0, 10)})` : ''}, which the run started with, got ${model.name}${model.hash ? ` (${model.hash.slice(0, 10)})` : ''}. Start a new run`,
  );
}
