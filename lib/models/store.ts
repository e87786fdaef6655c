import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import * as z from 'zod';
import { ArtistError, answering, display, exists, homeOf, nearest, readPlainFile, resolveOptions, writeFileAtomic } from '../core/index.ts';
import { type AliasPart, findAlias, type ModelAlias, modelAliases, type PartRole } from './aliases.ts';
import { removePartial } from './download/download-state.ts';
import { defaultEndpoint, hubSource, type ModelSource, parseSource } from './download/source.ts';

/** The record beside a downloaded file: its origin, size and hash. */
const recordSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string(),
  bytes: z.int().positive(),
  sha256: z.string(),
  etag: z.string().optional(),
  pulledAt: z.string(),
});
export type PullRecord = z.output<typeof recordSchema>;

const recordPath = (file: string): string => `${file}.pull.json`;
const home = z.string().min(1);
const hub = new URL(defaultEndpoint);

/** `<home>/models`. */
export function modelsFolder(homeFolder: string): string {
  return homeOf(resolveOptions('models', home, homeFolder)).models;
}

/** Path of a source's file, also before it is downloaded. Parts shared by several aliases are stored once. */
export const sourceFile = (homeFolder: string, source: ModelSource): string => join(modelsFolder(homeFolder), source.relativePath);

/**
 * The file of a pulled source, or one at the same path; undefined if there is none. If the server chose the name, it is the file with a
 * record in the source's folder.
 */
export async function pulledFile(homeFolder: string, source: ModelSource): Promise<string | undefined> {
  const file = sourceFile(homeFolder, source);
  if (source.namedByServer !== true) return (await exists(file)) ? file : undefined;
  const folder = dirname(file);
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if ((await readRecord(path)) !== undefined) return path;
  }
  // Before 0.2 such files were named by the last part of their address.
  const former = join(dirname(folder), basename(file));
  return source.url.search === '' && (await readRecord(former))?.id === source.id ? former : undefined;
}

export const partSource = (part: AliasPart, endpoint: URL = hub): ModelSource => hubSource(part.repo, 'main', part.file, endpoint);

export async function writeRecord(file: string, record: PullRecord): Promise<void> {
  await writeFileAtomic(recordPath(file), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The record of a complete file, if both exist and the size is right. */
export async function readRecord(file: string): Promise<PullRecord | undefined> {
  try {
    const { data } = recordSchema.safeParse(JSON.parse(await readPlainFile(recordPath(file), 'utf8')));
    return data && (await stat(file)).size === data.bytes ? data : undefined;
  } catch {
    return undefined; // no record: not downloaded by this package, or incomplete
  }
}

export interface InstalledModel {
  /** Alias, or "hf:owner/repo/file", or the address. Accepted by removeModel() and modelPath(). */
  readonly name: string;
  /** The alias's entry, if it is an alias. */
  readonly alias?: ModelAlias;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly role?: PartRole }[];
  readonly bytes: number;
  /** false if parts are missing or incomplete. */
  readonly complete: boolean;
}

/**
 * Lists `<home>/models`: every alias with at least one part, then single files of no alias.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_READ
 */
export const listModels = answering('listModels', async (options: { home: string }): Promise<InstalledModel[]> => {
  const folder = modelsFolder(options.home);
  const files = await walk(folder);
  const claimed = new Set<string>();
  const models: InstalledModel[] = [];
  for (const alias of modelAliases) {
    const parts = alias.parts.map((part) => ({ role: part.role, path: sourceFile(options.home, partSource(part)) }));
    const present = parts.flatMap(({ role, path }) => {
      const bytes = files.get(path);
      return bytes === undefined ? [] : [{ path, bytes, role }];
    });
    // A shared autoencoder alone is not a model: list an alias only if its main part or all parts exist.
    if (!present.some(({ role }) => role === 'model' || role === 'diffusionModel')) continue;
    for (const { path } of present) claimed.add(path);
    models.push({ name: alias.name, alias, files: present, bytes: sum(present), complete: present.length === parts.length });
  }
  for (const [path, bytes] of files) {
    if (claimed.has(path)) continue;
    const record = await readRecord(path);
    models.push({ name: record?.id ?? relative(folder, path).split(sep).join('/'), files: [{ path, bytes }], bytes, complete: true });
  }
  return models;
});

const sum = (files: readonly { bytes: number }[]): number => files.reduce((total, file) => total + file.bytes, 0);

/** Finished files below `folder` with their sizes, without records and partial downloads. */
async function walk(folder: string): Promise<Map<string, number>> {
  const files = new Map<string, number>();
  let entries: Awaited<ReturnType<typeof readEntries>>;
  try {
    entries = await readEntries(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return files;
    throw new ArtistError('ERR_READ', `${folder}: cannot be read`, { cause: error });
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) for (const [inner, bytes] of await walk(path)) files.set(inner, bytes);
    else if (entry.isFile() && !/\.(?:part|part\.json|part\.json\.new|part\.lock|pull\.json)$/.test(entry.name))
      files.set(path, (await stat(path)).size);
  }
  return files;
}

const readEntries = (folder: string) => readdir(folder, { withFileTypes: true });

/** Role -> path of every part of an alias; `missing` lists absent parts. */
export async function aliasFiles(
  alias: ModelAlias,
  homeFolder: string,
): Promise<{ parts: Partial<Record<PartRole, string>>; missing: AliasPart[] }> {
  const parts: Partial<Record<PartRole, string>> = {};
  const missing: AliasPart[] = [];
  for (const part of alias.parts) {
    const path = sourceFile(homeFolder, partSource(part));
    if (await exists(path)) parts[part.role] = path;
    else missing.push(part);
  }
  return { parts, missing };
}

/** The file that "hf:…", an address, or a name of listModels() stands for. */
async function singleFile(name: string, homeFolder: string): Promise<string | undefined> {
  const file = await pulledFile(homeFolder, singleSource(name));
  if (file !== undefined || name.startsWith('hf:')) return file;
  // The list shows addresses without possible secrets.
  const found = (await listModels({ home: homeFolder })).filter((model) => model.alias === undefined && model.name === name);
  if (found.length > 1)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected the address of one model, got ${found.length} that differ in their queries. Give the whole address`,
    );
  return found[0]?.files[0]?.path;
}

/** The source a name stands for: "hf:…" or an address. */
function singleSource(name: string): ModelSource {
  if (name.startsWith('hf:') || /^https?:/.test(name)) return parseSource(name, hub);
  const guess = nearest(
    name,
    modelAliases.map((alias) => alias.name),
  );
  throw new ArtistError(
    'ERR_MODEL_NOT_FOUND',
    `${display(name)}: no such model. ${guess ? `Did you mean ${guess}? ` : ''}See: ai-artist models list`,
  );
}

/**
 * Path of an installed model; of its main part if it has several.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND naming the command that pulls it, ERR_INVALID_ARGUMENT
 */
export const modelPath = answering('modelPath', async (name: string, options: { home: string }): Promise<string> => {
  const alias = findAlias(name);
  if (!alias) {
    const file = await singleFile(name, options.home);
    if (file === undefined) throw notPulled(name);
    return file;
  }
  const { parts, missing } = await aliasFiles(alias, options.home);
  const main = parts.model ?? parts.diffusionModel;
  if (missing.length > 0 || main === undefined) throw notPulled(alias.name, missing);
  return main;
});

export function notPulled(name: string, missing: readonly AliasPart[] = []): ArtistError {
  const what = missing.length > 0 ? ` (missing: ${missing.map((part) => part.file.split('/').at(-1)).join(', ')})` : '';
  return new ArtistError('ERR_MODEL_NOT_FOUND', `${name}: not downloaded yet${what}. Run: ai-artist models pull ${name}`);
}

/**
 * Deletes an installed model and its unfinished downloads. Parts that another installed alias uses stay.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND, ERR_INVALID_ARGUMENT, ERR_WRITE
 */
export const removeModel = answering(
  'removeModel',
  async (name: string, options: { home: string }): Promise<{ removed: string[]; bytes: number; kept: string[] }> => {
    const alias = findAlias(name);
    const files = alias
      ? alias.parts.map((part) => sourceFile(options.home, partSource(part)))
      : [(await singleFile(name, options.home)) ?? sourceFile(options.home, singleSource(name))];
    const shared = new Set<string>();
    if (alias) {
      for (const other of await listModels(options))
        if (other.alias && other.alias.name !== alias.name) for (const file of other.files) shared.add(file.path);
    }
    const removed: string[] = [];
    const kept: string[] = [];
    let bytes = 0;
    for (const file of files) {
      const size = await stat(file).then(
        (info) => info.size,
        () => undefined,
      );
      if (shared.has(file)) {
        kept.push(file);
        continue;
      }
      await removePartial(file);
      if (size === undefined) continue;
      await remove(file);
      removed.push(file);
      bytes += size;
    }
    if (removed.length === 0 && kept.length === 0)
      throw new ArtistError('ERR_MODEL_NOT_FOUND', `${name}: not installed. See: ai-artist models list`);
    const root = modelsFolder(options.home);
    for (const file of removed) await removeEmptyFolders(dirname(file), root);
    return { removed, bytes, kept };
  },
);

async function remove(file: string): Promise<void> {
  try {
    await rm(file);
    await rm(recordPath(file), { force: true });
  } catch (error) {
    throw new ArtistError('ERR_WRITE', `${file}: cannot be removed`, { cause: error });
  }
}

async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let current = folder; current.startsWith(`${root}${sep}`); current = dirname(current)) {
    try {
      await rmdir(current);
    } catch {
      return; // not empty: it contains other files
    }
  }
}
