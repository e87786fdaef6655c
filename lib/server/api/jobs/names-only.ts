import { ArtistError, display, type Home } from '../../../core/index.ts';
import { resolveLora } from '../../../lora/index.ts';
import { bundledName, findAlias, listModels, partRoles } from '../../../models/index.ts';
import type { Caller, ServerContext } from '../../context.ts';
import { upscalerPaths } from '../../models/parts.ts';

const looksLikePath = (text: string): boolean => /[\\/]|\.(?:safetensors|gguf|ckpt|pth?|bin)$/i.test(text) || text.startsWith('~');
const texts: ReadonlySet<string> = new Set(['prompt', 'negativePrompt', 'title', 'description', 'tags', 'loras']);

/** Options whose value is a file or folder of this machine, however it looks: a bare name is a file of the working folder. */
const files: ReadonlySet<string> = new Set([...partRoles, 'embedding', 'embeddings', 'clip', 'taste', 'home']);
/** Whether the last part of the path of an option names a file. */
export const isFileOption = (path: string): boolean => files.has(path.split('.').at(-1) ?? '');
const isModelName = (value: unknown): boolean => typeof value === 'string' && (value === bundledName || findAlias(value) !== undefined);

/**
 * Options name files of this machine, such as a VAE. Only an administrator may do that: other callers could find out which files there are.
 *
 * @throws ArtistError ERR_FORBIDDEN
 */
export function checkFileNames(caller: Caller, options: object, at: string): void {
  if (caller.scope !== 'admin') checkValues(options, at, true);
}

/** @param isOuter whether these are the options themselves, some of which are texts in which anything may stand */
function checkValues(options: object, at: string, isOuter: boolean): void {
  for (const [name, value] of Object.entries(options)) {
    if (isOuter && texts.has(name)) continue;
    const path = `${at}.${name}`;
    const isFile = files.has(name) && value !== undefined && value !== null && !(name === 'model' && isModelName(value));
    if (isFile || (typeof value === 'string' && looksLikePath(value)))
      throw new ArtistError('ERR_FORBIDDEN', `${path}: expected no file from a token without scope admin, got ${display(value)}`);
    if (value !== null && typeof value === 'object') checkValues(value, path, false);
  }
}

/**
 * The model that a caller names, as the engine takes it: an alias, or a file of `<home>/models` by its name. An administrator may also give a path.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND
 */
export async function modelNamed(name: string, caller: Caller, { home, config }: Pick<ServerContext, 'home' | 'config'>): Promise<string> {
  if (name === bundledName || name === config.config.model || findAlias(name)) return name;
  const stored = (await listModels({ home: home.folder })).find((model) => model.name === name && model.complete);
  if (stored) return stored.files[0]?.path ?? name;
  if (caller.scope === 'admin') return name;
  throw new ArtistError('ERR_MODEL_NOT_FOUND', `model: expected an alias or the name of a model of this server, got ${display(name)}`);
}

type Lora = string | { path?: unknown; name?: unknown; weight?: unknown; textEncoderWeight?: unknown };

/**
 * LoRAs by their names in `<home>/loras`, with their paths. An administrator may also give paths.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND with the nearest name
 */
export async function lorasNamed(loras: readonly unknown[], caller: Caller, home: Home): Promise<unknown[]> {
  const nameOnly = caller.scope !== 'admin';
  return Promise.all(
    loras.map(async (lora) => {
      if (typeof lora === 'string') return resolveLora(lora, { home: home.folder, nameOnly });
      const { path, name = path, ...rest } = (lora ?? {}) as Exclude<Lora, string>;
      // Checked with the other options: what is no name is an error there.
      return typeof name === 'string' ? { ...rest, path: await resolveLora(name, { home: home.folder, nameOnly }) } : lora;
    }),
  );
}

/**
 * Options with the upscalers that they name, `model` of an upscale job and `hires.model`, by their paths. Names that no upscaler has stay, for
 * checkFileNames().
 */
export async function withUpscalers(
  kind: 'generate' | 'create' | 'upscale',
  options: Readonly<Record<string, unknown>>,
  { home }: Pick<ServerContext, 'home'>,
): Promise<{ named: Record<string, unknown>; without: Record<string, unknown> }> {
  const { hires } = options;
  const inner = kind === 'upscale' ? options : hires;
  if (inner === null || typeof inner !== 'object' || typeof (inner as { model?: unknown }).model !== 'string')
    return { named: { ...options }, without: { ...options } };
  const { model, ...rest } = inner as Record<string, unknown>;
  const paths = await upscalerPaths({ home });
  if (!paths.has(String(model))) return { named: { ...options }, without: { ...options } };
  const path = paths.get(String(model));
  const put = (changed: object): Record<string, unknown> => (kind === 'upscale' ? { ...changed } : { ...options, hires: changed });
  return { named: put({ ...rest, ...(path !== undefined && { model: path }) }), without: put(rest) };
}
