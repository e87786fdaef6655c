/** Files of `<home>/models` that are parts: autoencoders, upscalers. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { loraTitle } from '../../image/index.ts';
import { identify, listModels, type ModelKind, readModelHeader } from '../../models/index.ts';
import type { ServerContext } from '../context.ts';

/** Kinds of files, by path and version of the file. */
const kinds = new Map<string, ModelKind>();

async function kindOf(path: string): Promise<ModelKind> {
  const info = await stat(path).catch(() => undefined);
  if (!info) return 'unknown';
  const key = `${path}\0${info.size} ${info.mtimeMs}`;
  const kind =
    kinds.get(key) ??
    (await readModelHeader(path).then(
      (header) => identify(header).kind,
      () => 'unknown' as const, // damaged: `models list` and `doctor` say so
    ));
  kinds.set(key, kind);
  return kind;
}

/** A file of a model, under its name without folder. */
export interface ModelPart {
  name: string;
  path: string;
}

/** The files of a kind in `<home>/models`. */
export async function partsOf({ home }: Pick<ServerContext, 'home'>, kind: ModelKind): Promise<ModelPart[]> {
  const parts = new Map<string, ModelPart>();
  for (const { files } of await listModels({ home: home.folder }))
    for (const { path } of files) if ((await kindOf(path)) === kind) parts.set(path, { name: basename(path), path });
  return [...parts.values()];
}

/** The upscaler that comes with the program, by the name that jobs give it. */
export const bundledUpscalerName = 'bundled';

/** Paths of the upscalers of a home (ESRGAN files), by their names with and without ending; undefined: the bundled one. */
export async function upscalerPaths(place: Pick<ServerContext, 'home'>): Promise<Map<string, string | undefined>> {
  const paths = new Map<string, string | undefined>([[bundledUpscalerName, undefined]]);
  for (const { name, path } of await partsOf(place, 'upscaler')) for (const known of [name, loraTitle(name)]) paths.set(known, path);
  return paths;
}
