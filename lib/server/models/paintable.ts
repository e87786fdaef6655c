import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { bundledModel, bundledName, findAlias, identify, listModels, readModelHeader } from '../../models/index.ts';
import type { ServerContext } from '../context.ts';

/** A model that clients may name. */
export interface PaintableModel {
  id: string;
  /** For PaintWork: undefined if it is the one of the settings. */
  model: string | undefined;
  /** When its file was written, seconds since 1970. */
  created: number;
}

const videoFamilies = /^(?:svd|wan|ltx)/;

/** Whether a file paints alone. By its header, once for each version of the file. */
class Identities {
  readonly #known = new Map<string, boolean>();

  async paints(path: string, version: string): Promise<boolean> {
    const key = `${path}\0${version}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await readModelHeader(path).then(
      (header) => {
        const { kind, family } = identify(header);
        return kind === 'checkpoint' && family !== undefined && !videoFamilies.test(family);
      },
      () => false, // damaged: `models list` and `doctor` say so
    );
    this.#known.set(key, found);
    return found;
  }
}
const identities = new Identities();

const secondsOf = async (path: string): Promise<number> => Math.floor((await stat(path)).mtimeMs / 1000);

/** The id of the model in the settings. */
export function defaultModelId({ config }: Pick<ServerContext, 'config'>): string {
  const { model } = config.config;
  if (model === undefined) return bundledName;
  return findAlias(model)?.name ?? (/^(?:hf:|https?:)/.test(model) ? model : basename(model));
}

/** The bundled model, aliases that were pulled completely, and checkpoints in `<home>/models`; the one of the settings first. */
export async function paintableModels(context: Pick<ServerContext, 'config' | 'home'>): Promise<PaintableModel[]> {
  const chosen = defaultModelId(context);
  const bundled = await secondsOf(bundledModel().model);
  const models = new Map<string, PaintableModel>();
  models.set(chosen, { id: chosen, model: undefined, created: bundled });
  if (!models.has(bundledName)) models.set(bundledName, { id: bundledName, model: bundledName, created: bundled });
  for (const { name, alias, files, complete } of await listModels({ home: context.home.folder })) {
    const [main] = files;
    if (!complete || main === undefined) continue;
    const info = await stat(main.path);
    if (alias === undefined && !(await identities.paints(main.path, `${main.bytes} ${info.mtimeMs}`))) continue;
    const created = Math.floor(info.mtimeMs / 1000);
    const isAddress = /^(?:hf:|https?:)/.test(name);
    const model = name === chosen ? undefined : alias === undefined && !isAddress ? main.path : name;
    models.set(name, { id: name, model, created });
  }
  return [...models.values()];
}
