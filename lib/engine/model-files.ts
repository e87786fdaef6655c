/** Finds the files that a call's options refer to: an alias, a path, the bundled model, or the caller's own list. Checks headers only. */
import { basename, resolve } from 'node:path';
import { homeFolder } from '../core/index.ts';
import { type ModelHeader, resolveModel } from '../models/index.ts';
import type { WeightType } from './options/enums.ts';
import type { PaintDefaults } from './paint/settings.ts';
import { checkFile, type FileRole, fileRoles } from './paint/weights.ts';

/** The files of a model and their headers. */
export interface ModelFiles {
  name: string;
  files: Partial<Record<FileRole, string>>;
  headers: Partial<Record<FileRole, ModelHeader>>;
  defaults: PaintDefaults;
  /** Type the weights are converted to: the caller's choice, else the model's own; undefined: their type in the file. */
  weightType: WeightType | undefined;
}

/**
 * Finds the files, reads their headers and checks them.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND when a file or alias does not exist; ERR_MODEL_FORMAT when a file is damaged or of another kind;
 *   ERR_READ when it cannot be read; ERR_UNSUPPORTED when the engine does not support it
 */
export async function findModelFiles(
  options: { readonly [role in FileRole]?: string | undefined } & {
    readonly home?: string | undefined;
    readonly weightType?: WeightType | undefined;
  },
): Promise<ModelFiles> {
  const given: Partial<Record<FileRole, string>> = {};
  for (const role of fileRoles) {
    const path = options[role];
    if (path !== undefined && role !== 'model') given[role] = resolve(path);
  }
  const { home = homeFolder() } = options;
  const found = given.diffusionModel === undefined ? await resolveModel(options.model, { home }) : undefined;
  // Files given by the caller replace those of the alias.
  const files = { ...found?.parts, ...given };
  const headers: Partial<Record<FileRole, ModelHeader>> = {};
  for (const role of fileRoles) {
    const path = files[role];
    if (path !== undefined) headers[role] = await checkFile(role, path, found?.headers[role]);
  }
  const { name = basename(given.diffusionModel ?? ''), defaults = {} } = found ?? {};
  return { name, files, headers, defaults, weightType: options.weightType ?? found?.weightType };
}
