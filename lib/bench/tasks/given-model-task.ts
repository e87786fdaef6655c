/** A model of the user, in place of the suite. */
import { extname } from 'node:path';
import { ArtistError, defined } from '../../core/index.ts';
import { findModelFiles, type PaintDefaults } from '../../engine/index.ts';
import { describeIdentity, hashFile, identify, isUnetFamily, type ModelFamily, modelAliases, type PartRole } from '../../models/index.ts';
import { type PaintSettings, paintTask } from './paint-task.ts';
import type { Task } from './task.ts';

/** Files as loadModel() takes them, and what differs from the settings of such models. */
export interface GivenModel {
  readonly files: Readonly<Partial<Record<PartRole, string>>>;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly steps?: number | undefined;
}

/** A given model whose files were found and hashed: plain data, for the process that measures it. */
export interface FoundModel {
  readonly id: string;
  readonly words: Readonly<Record<string, string | number>>;
  readonly files: Readonly<Partial<Record<PartRole, string>>>;
  readonly settings: PaintSettings;
}

/** They make films, or change pictures that are given to them. */
const others = /^(svd|wan|ltx|pid|.*(inpaint|pix2pix|fill|control)$|instruct)/;

function settingsOf(family: ModelFamily, own: PaintDefaults, { width, height, steps }: GivenModel): PaintSettings {
  const usual = modelAliases.find((alias) => alias.family === family)?.defaults ?? {};
  const edge = isUnetFamily(family) && !family.startsWith('sdxl') ? 512 : 1024;
  return defined({
    ...{ cfgScale: 7, sampler: 'euler' as const },
    ...usual,
    ...defined(own),
    width: width ?? own.width ?? edge,
    height: height ?? own.height ?? edge,
    steps: steps ?? own.steps ?? 20,
  });
}

/**
 * Finds the files of a model, and what its kind is painted with.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND; ERR_MODEL_FORMAT: a LoRA, a text encoder, an upscaler …; ERR_UNSUPPORTED: a model for films or for
 *   changing pictures; ERR_READ; the signal's reason
 */
export async function findGivenModel(given: GivenModel, signal?: AbortSignal): Promise<FoundModel> {
  const { name, files, headers, defaults } = await findModelFiles(given.files);
  const header = headers.diffusionModel ?? headers.model;
  if (!header) throw new ArtistError('ERR_MODEL_NOT_FOUND', 'model: expected a model that paints, got none');
  const identity = identify(header);
  const { family } = identity;
  if (family === undefined || others.test(family))
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `${header.path}: expected a model that paints from a text, got ${describeIdentity(identity)}. Only such models can be measured`,
    );
  const hash = header.format === 'diffusers' ? undefined : await hashFile(header.path, signal);
  const settings = settingsOf(family, defaults, given);
  const { width, height, steps } = settings;
  return {
    id: `paint/${(hash ?? name).slice(0, 12)}-${width}x${height}-${steps}`,
    words: defined({ model: name.replace(extname(name), ''), kind: describeIdentity(identity), sha256: hash }),
    files: defined(files) as FoundModel['files'],
    settings,
  };
}

/** The task of a found model. */
export const givenModelTask = ({ id, words, files, settings }: FoundModel): Task =>
  paintTask(id, { model: words, files: () => ({ ...files }), settings });
