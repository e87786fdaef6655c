import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod';
import { ArtistError, display, nearest, resolveOptions, systemCode } from '../core/index.ts';
import { findAlias, type ModelDefaults, type ModelLicence, modelAliases, type PartRole, partRoles } from './aliases.ts';
import { type BundledModel, bundledModel, bundledName } from './bundled.ts';
import { readModelHeader } from './formats/header.ts';
import type { ModelHeader } from './formats/tensor-list.ts';
import { aliasFiles, modelPath, notPulled } from './store.ts';

const path = z.string().min(1).optional();
/** Parts of a split model by their role in loadModel(); `diffusion` is short for `diffusionModel`. */
export const modelParts = z.strictObject({
  ...(Object.fromEntries(partRoles.map((role) => [role, path])) as Record<PartRole, typeof path>),
  diffusion: path,
});
export type ModelParts = z.input<typeof modelParts>;
export type ModelSpec = string | ModelParts | undefined;

export interface ResolvedModel {
  /** "ai-artist-mini", the alias, or the main file's name. */
  readonly name: string;
  readonly source: 'bundled' | 'alias' | 'file' | 'parts';
  /** Absolute paths by role. */
  readonly parts: Readonly<Partial<Record<PartRole, string>>>;
  /** Checked header of each part. */
  readonly headers: Readonly<Partial<Record<PartRole, ModelHeader>>>;
  readonly defaults: ModelDefaults | undefined;
  /** The type in which its weights are computed, if not their type in the file. */
  readonly weightType?: BundledModel['weightType'];
  readonly licence: ModelLicence | undefined;
}

/**
 * Finds the files of a model and checks their headers. `undefined` or "ai-artist-mini": the bundled one; a name without a path: an alias
 * whose parts were pulled; "hf:…": a pulled file; otherwise a path, or an object of paths.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_MODEL_NOT_FOUND (with the command that pulls it, or the nearest name), ERR_MODEL_FORMAT, ERR_READ, ERR_UNSUPPORTED
 */
export async function resolveModel(spec: ModelSpec, options: { home: string }): Promise<ResolvedModel> {
  if (spec === undefined || spec === bundledName) {
    const { model, tae, defaults, weightType, licence } = bundledModel();
    return finish({ name: bundledName, source: 'bundled', parts: { model, tae }, defaults, weightType, licence });
  }
  if (typeof spec !== 'string') return resolveParts(resolveOptions('resolveModel', modelParts, spec));
  const text = resolveOptions('model', z.string().min(1), spec);
  // An alias has priority over a file of the same name, unless it is written as a path: "./sdxl".
  const alias = looksLikePath(text) ? undefined : findAlias(text);
  if (alias) {
    const { parts, missing } = await aliasFiles(alias, options.home);
    if (missing.length > 0) throw notPulled(alias.name, missing);
    return finish({ name: alias.name, source: 'alias', parts, defaults: alias.defaults, licence: alias.licence });
  }
  const file = text.startsWith('hf:') || /^https?:/.test(text) ? await modelPath(text, options) : await existing(text);
  return finish({ name: basename(file), source: 'file', parts: { model: file }, defaults: undefined, licence: undefined });
}

const looksLikePath = (text: string): boolean =>
  isAbsolute(text) || /[\\/]/.test(text) || /\.(?:safetensors|sft|gguf|ckpt|pth|pt)$/i.test(text);

async function resolveParts(given: z.output<typeof modelParts>): Promise<ResolvedModel> {
  const { diffusion, ...rest } = given;
  if (diffusion !== undefined && rest.diffusionModel !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'diffusion: expected either diffusion or diffusionModel, got both');
  const parts: Partial<Record<PartRole, string>> = {};
  for (const role of partRoles) {
    const value = role === 'diffusionModel' ? (rest.diffusionModel ?? diffusion) : rest[role];
    if (value !== undefined) parts[role] = await existing(value);
  }
  const main = parts.model ?? parts.diffusionModel;
  if (main === undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `model: expected model or diffusionModel among the parts, got ${Object.keys(parts).join(', ') || 'none'}`,
    );
  return finish({ name: basename(main), source: 'parts', parts, defaults: undefined, licence: undefined });
}

async function finish(found: Omit<ResolvedModel, 'headers'>): Promise<ResolvedModel> {
  const headers: Partial<Record<PartRole, ModelHeader>> = {};
  for (const role of partRoles) {
    const file = found.parts[role];
    if (file !== undefined) headers[role] = await readModelHeader(file);
  }
  return { ...found, headers };
}

/** The absolute path if it exists; else an error with the nearest file or alias. */
async function existing(text: string): Promise<string> {
  const file = resolve(text);
  try {
    await stat(file);
    return file;
  } catch (error) {
    const code = systemCode(error);
    // A name longer than those of files is one that no file has.
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG')
      throw new ArtistError('ERR_READ', `${file}: cannot be read (${code ?? 'unknown'})`, { cause: error });
    const guess = looksLikePath(text) ? await nearestFile(file) : nearest(text, [...modelAliases.map((alias) => alias.name), bundledName]);
    const hint = guess
      ? ` Did you mean ${guess}?`
      : looksLikePath(text)
        ? ' Check the path'
        : ` Aliases: ${modelAliases.map((alias) => alias.name).join(', ')}`;
    throw new ArtistError('ERR_MODEL_NOT_FOUND', `${display(text)}: no such file or alias.${hint}`, { cause: error });
  }
}

async function nearestFile(file: string): Promise<string | undefined> {
  const names = await readdir(dirname(file)).catch(() => []);
  const guess = nearest(basename(file), names);
  return guess === undefined ? undefined : join(dirname(file), guess);
}
