import { ArtistError, isArtistError, openPlainFile, readError, systemCode } from '../../lib/core/index.ts';
import { imageKind, type Recipe, readRecipe, writeInfotext } from '../../lib/image/index.ts';
import { type LoraInfo, readLora } from '../../lib/lora/index.ts';
import { inspectModel, type ModelInspection } from '../../lib/models/index.ts';
import { formatBytes } from '../../lib/observe/index.ts';
import { list, toggle } from '../flags/flags.ts';
import { command } from '../shell/command.ts';
import type { Context, Outcome } from '../shell/run.ts';

async function isPicture(file: string): Promise<boolean> {
  const handle = await openPlainFile(file).catch((error: unknown) => {
    const code = systemCode(error);
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? new ArtistError('ERR_READ', `${file}: expected a picture or a model file, got no such file`, { cause: error })
      : readError(file, 'a file', error);
  });
  try {
    if ((await handle.stat()).isDirectory()) return false;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(32), 0, 32, 0);
    return imageKind(buffer.subarray(0, bytesRead)) !== undefined;
  } finally {
    await handle.close();
  }
}

async function picture(file: string): Promise<Outcome> {
  const found = await readRecipe(file);
  if (!found) return { json: { kind: 'picture', path: file, source: null, recipe: null }, text: [`${file}: a picture without a recipe`] };
  const { source, recipe } = found;
  const infotext = recipe.prompt === undefined ? JSON.stringify(recipe, undefined, 2) : writeInfotext(recipe as Recipe);
  return {
    json: { kind: 'picture', path: file, source, recipe, raw: found.raw },
    text: [infotext],
    notes: [`recipe written by ${source}`],
  };
}

/** The facts of a model's header as lines; `models inspect` prints them too. */
export function modelLines(model: ModelInspection): string[] {
  return [...factLines(model), ...metadataLines(model)];
}

function factLines(model: ModelInspection): string[] {
  const types = Object.entries(model.dtypes).map(
    ([type, count]) => `${type} ${((100 * count) / Math.max(1, model.parameters)).toFixed(1)} %`,
  );
  return [
    `${model.path}`,
    `kind: ${model.kind}${model.family === undefined ? '' : ` of family ${model.family}`}, ${model.format}, ${formatBytes(model.bytes)}`,
    `weights: ${model.parameters.toLocaleString('en')} in ${model.tensors} tensors${types.length > 0 ? `; ${types.join(', ')}` : ''}`,
    ...(model.tensorHash === undefined ? [] : [`tensor hash: ${model.tensorHash}`]),
  ];
}

function metadataLines(model: ModelInspection): string[] {
  const metadata = Object.entries(model.metadata).map(([key, value]) => `  ${key}: ${shorten(String(value))}`);
  return metadata.length > 0 ? ['metadata:', ...metadata] : [];
}

function shorten(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

function loraLines({ kind, targets, foreign, ranks, alphas, trainedFor, triggers, title, licence }: LoraInfo): string[] {
  return [
    `LoRA: ${kind}, ${targets.length} targets, rank ${ranks.join(', ') || 'none'}, alpha ${alphas.join(', ') || 'none'}`,
    ...foreign.map(({ kind: other, modules }) => `not applied: ${other}, ${modules} targets`),
    ...(title === undefined ? [] : [`title: ${title}`]),
    ...(trainedFor === undefined ? [] : [`trained for: ${trainedFor}`]),
    ...(triggers.length > 0 ? [`triggers: ${triggers.join(', ')}`] : []),
    `licence: ${licence ?? 'not stated'}`,
  ];
}

export interface ModelOutcome extends Outcome {
  /** The two parts of `text`. */
  facts: readonly string[];
  metadata: readonly string[];
}

/** A model file as the outcome of a command: what it is, then its metadata. */
export async function modelOutcome(file: string, hash: boolean | undefined, context: Context): Promise<ModelOutcome> {
  const model = await inspectModel(file, { hash: hash === true, signal: context.signal });
  const { kind, ...rest } = model;
  const lora = kind === 'lora' ? await readLora(file) : undefined;
  const facts = lora && {
    lora: {
      kind: lora.kind,
      targets: lora.targets.length,
      foreign: lora.foreign,
      ranks: lora.ranks,
      alphas: lora.alphas,
      trainedFor: lora.trainedFor,
      triggers: lora.triggers,
      title: lora.title,
      licence: lora.licence,
    },
  };
  const lines = [...factLines(model), ...(lora ? loraLines(lora) : [])];
  const metadata = metadataLines(model);
  return { json: { ...rest, kind: 'model', modelKind: kind, ...facts }, text: [...lines, ...metadata], facts: lines, metadata };
}

async function one(file: string, hash: boolean | undefined, context: Context): Promise<Outcome> {
  return (await isPicture(file)) ? picture(file) : modelOutcome(file, hash, context);
}

async function several(files: readonly string[], hash: boolean | undefined, context: Context): Promise<Outcome> {
  const all: unknown[] = [];
  const lines: string[] = [];
  let failed = 0;
  for (const file of files) {
    context.signal.throwIfAborted();
    try {
      const { json, text: said } = await one(file, hash, context);
      all.push(json);
      lines.push(...(lines.length > 0 ? [''] : []), ...(said[0]?.startsWith(file) ? [] : [`${file}:`]), ...said);
    } catch (error) {
      if (!isArtistError(error)) throw error;
      context.warn(`${error.code}: ${error.message}`);
      all.push({ path: file, error: { code: error.code, message: error.message } });
      failed++;
    }
  }
  return { json: { files: all }, text: lines, status: failed > 0 ? 1 : 0 };
}

export const inspectCommand = command({
  required: { files: list('Pictures, models, LoRAs, upscalers…', undefined, (file) => file) },
  flags: { hash: toggle('Models: also the SHA-256 of the tensors, as in recipes; reads the whole file') },
  examples: [
    ['$0 inspect fox.png', 'How a picture was made: ours, and those of A1111, ComfyUI, InvokeAI…'],
    ['$0 inspect *.png', 'Several; one that cannot be read stops none of the others'],
    ['$0 inspect style.safetensors', 'What a file is, from its header alone'],
  ],
  run: async ({ files, hash }, context) => {
    const kinds = hash ? await Promise.all(files.map((file) => isPicture(file).catch(() => true))) : [];
    if (kinds.length > 0 && !kinds.includes(false))
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--hash: expected a model file, got pictures alone. Without one it has no effect');
    const [only, ...more] = files;
    return only !== undefined && more.length === 0 ? one(only, hash, context) : several(files, hash, context);
  },
});
