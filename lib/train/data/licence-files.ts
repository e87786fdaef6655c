import { readdir } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { readError, readPlainFile, systemCode } from '../../core/index.ts';
import { loadSharp, readRecipe } from '../../image/index.ts';
import { type LicenceRecord, licenceId } from '../../lora/index.ts';
import { findAlias } from '../../models/index.ts';
import { FolderNames } from './folder-names.ts';

/** Larger files are not licence statements. */
const maxStatementBytes = 1_000_000;

/** Names of a folder's licence statement, compared in lower case; the first that exists is used. */
const folderFiles = ['licence.json', 'license.json', '.licence', '.license'];

type Fields = Record<string, unknown>;

const text = (fields: Fields, ...names: string[]): string | undefined => {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    if (value !== null && typeof value === 'object' && 'id' in value && typeof value.id === 'string') return value.id.trim();
  }
  return undefined;
};

function fromJson(fields: Fields, origin: LicenceRecord['origin']): LicenceRecord | undefined {
  const id = text(fields, 'licence', 'license', 'spdx', 'rights');
  const reservation = fields['tdm-reservation'] ?? fields['tdm_reservation'];
  const reserved = reservation === 1 || reservation === true || reservation === '1' ? 'tdm-reservation in its sidecar' : undefined;
  if (id === undefined && reserved === undefined) return undefined;
  const title = text(fields, 'title');
  const author = text(fields, 'author', 'artist', 'creator', 'copyright');
  const source = text(fields, 'source', 'collection', 'museum');
  const url = text(fields, 'url', 'source_url', 'link');
  return {
    id: licenceId(id ?? ''),
    origin,
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(source === undefined ? {} : { source }),
    ...(url === undefined ? {} : { url }),
    ...(reserved === undefined ? {} : { reserved }),
  };
}

/** Reads `SPDX-License-Identifier: CC0-1.0` with `SPDX-FileCopyrightText:` lines (reuse.software), or a bare id on the first line. */
function fromText(content: string, origin: LicenceRecord['origin']): LicenceRecord | undefined {
  const tag = /SPDX-License-Identifier:\s*(.+)/i.exec(content)?.[1];
  const author = /SPDX-(?:File|Snippet)?CopyrightText:\s*(.+)/i.exec(content)?.[1]?.trim();
  const first = content.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
  const id = tag ?? first;
  if (id === undefined || id.trim().length > 200) return undefined;
  return { id: licenceId(id), origin, ...(author === undefined ? {} : { author }) };
}

async function readStatement(file: string, origin: LicenceRecord['origin']): Promise<LicenceRecord | undefined> {
  let content: string;
  try {
    const bytes = await readPlainFile(file);
    if (bytes.length > maxStatementBytes) return undefined;
    content = bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'EISDIR') return undefined;
    throw readError(file, 'a licence file', error);
  }
  if (!file.toLowerCase().endsWith('.json')) return fromText(content, origin);
  let fields: unknown;
  try {
    fields = JSON.parse(content);
  } catch {
    return { id: 'unknown', origin, refused: `${parse(file).base} is no valid JSON, so its licence is unknown` };
  }
  return fields !== null && typeof fields === 'object' && !Array.isArray(fields) ? fromJson(fields as Fields, origin) : undefined;
}

/** Terms of PLUS (ns.useplus.org/ldf/vocab) that forbid machine learning, as IPTC 2023.1 stores them in XMP. */
const prohibited = /DMI-PROHIBITED(?:-AIMLTRAINING|-GENAIMLTRAINING|-EXCEPTSEARCHENGINEINDEXING|-SEE[A-Z]+)?/;

/** Returns a reservation against data mining in the picture's own metadata. */
async function reservationInside(file: string): Promise<string | undefined> {
  const sharp = await loadSharp();
  const { xmp } = await sharp(file, { limitInputPixels: false })
    .metadata()
    .catch(() => ({ xmp: undefined }));
  const word = xmp === undefined ? undefined : prohibited.exec(xmp.toString('utf8'))?.[0];
  return word === undefined ? undefined : `${word} in its XMP`;
}

/**
 * Derives a licence from the recipe of a picture painted by this package. One painted over another picture (img2img, inpainting, edits)
 * gives none, because the rights of that picture are unknown. A non-commercial model passes its condition on.
 */
async function fromRecipe(file: string): Promise<LicenceRecord | undefined> {
  const found = await readRecipe(file).catch(() => undefined); // damaged metadata counts as no recipe
  const mode = found?.recipe.mode ?? 'txt2img';
  if (found?.source !== 'ai-artist' || mode !== 'txt2img') return undefined;
  const model = found.recipe.model?.name;
  const alias = model === undefined ? undefined : findAlias(model);
  const source = `painted by ai-artist${model === undefined ? '' : ` with ${model}`}`;
  if (alias?.licence.commercial === 'no')
    return {
      id: 'own',
      origin: 'recipe',
      source,
      refused: `painted with ${alias.name}: ${alias.licence.name} does not permit training on what it paints`,
    };
  return { id: 'own', origin: 'recipe', source };
}

/**
 * Finds the licence of each picture of a data set. It looks in this order: a sidecar file (`name.json`, `name.ext.json` with a field
 * `licence` or `license`; `name.license`, `name.ext.license`); the statement of the nearest folder (`LICENCE.json`, `LICENSE.json`,
 * `.licence`, `.license`) up to the data set's root; the recipe of a picture painted by this package; the licence that the caller declared.
 */
export class LicenceFinder {
  readonly #root: string;
  readonly #declared: LicenceRecord | undefined;
  readonly #folders = new Map<string, Promise<LicenceRecord | undefined>>();
  readonly #names = new Map<string, Promise<FolderNames>>();

  /** @param declared licence of all pictures that state none, e.g. "own" or "CC0-1.0" */
  constructor(root: string, declared?: string) {
    this.#root = root;
    this.#declared = declared === undefined ? undefined : { id: licenceId(declared), origin: 'declared' };
  }

  /** @throws ArtistError ERR_READ when a statement exists but cannot be read */
  async find(file: string): Promise<LicenceRecord | undefined> {
    const found = await this.#stated(file);
    if (found === undefined || found.reserved !== undefined) return found;
    const reserved = await reservationInside(file);
    return reserved === undefined ? found : { ...found, reserved };
  }

  async #stated(file: string): Promise<LicenceRecord | undefined> {
    const { dir, name, base } = parse(file);
    const names = await this.#namesIn(dir);
    for (const sidecar of [`${name}.json`, `${base}.json`, `${name}.license`, `${name}.licence`, `${base}.license`, `${base}.licence`]) {
      const there = names.find(sidecar);
      const record = there === undefined ? undefined : await readStatement(join(dir, there), 'sidecar');
      // A sidecar with only a reservation takes the licence from the next place.
      if (record?.id === '') return { ...((await this.#folder(dir)) ?? this.#declared ?? record), reserved: record.reserved as string };
      if (record) return record;
    }
    return (await this.#folder(dir)) ?? (await fromRecipe(file)) ?? this.#declared;
  }

  #namesIn(folder: string): Promise<FolderNames> {
    const known = this.#names.get(folder);
    if (known) return known;
    const names = readdir(folder).then(
      (found) => new FolderNames(found.sort()),
      () => new FolderNames([]), // a parent folder that may not be listed has no readable statement
    );
    this.#names.set(folder, names);
    return names;
  }

  #folder(folder: string): Promise<LicenceRecord | undefined> {
    const known = this.#folders.get(folder);
    if (known) return known;
    const found = this.#readFolder(folder);
    this.#folders.set(folder, found);
    return found;
  }

  async #readFolder(folder: string): Promise<LicenceRecord | undefined> {
    const names = await this.#namesIn(folder);
    for (const wanted of folderFiles) {
      const name = names.find(wanted);
      const record = name === undefined ? undefined : await readStatement(join(folder, name), 'folder');
      if (record) return record;
    }
    return folder === this.#root || dirname(folder) === folder ? undefined : this.#folder(dirname(folder));
  }
}
