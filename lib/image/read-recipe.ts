import { ArtistError, display } from '../core/index.ts';
import { type ByteSource, bytesSource, withFile } from './byte-source.ts';
import { comfyRecipe } from './comfyui.ts';
import { exifTags, readExifTexts } from './exif.ts';
import { type FileTexts, maxTextBytes, readFileTexts } from './file-texts.ts';
import { drawThingsRecipe, fooocusRecipe, invokeRecipe, novelRecipe, oldInvokeRecipe, sdcppRecipe, swarmRecipe } from './foreign-json.ts';
import { describeBytes, imageKind, readableKinds } from './image-kind.ts';
import { recipeFromParts } from './infotext.ts';
import { parseInfotext } from './infotext-grammar.ts';
import { asObject, parseObject, textAt } from './json-fields.ts';
import { loadSharp } from './load-sharp.ts';
import { checkBytes } from './raw-image.ts';
import { type PartialRecipe, recipeFromRecord } from './recipe.ts';
import { xmpProperty } from './xmp.ts';

/** The program whose way of writing was found. "a1111" stands for everything that writes its infotext (Forge, SD.Next, Civitai …). */
export type RecipeSource =
  | 'ai-artist'
  | 'a1111'
  | 'comfyui'
  | 'invokeai'
  | 'novelai'
  | 'fooocus'
  | 'swarmui'
  | 'stable-diffusion.cpp'
  | 'draw-things';

export interface FoundRecipe {
  source: RecipeSource;
  /** What could be understood; complete and exact for our own files. */
  recipe: PartialRecipe;
  /** The texts it was read from, as they stand in the file: name of the chunk or field -> text. */
  raw: Record<string, string>;
}

/** Our exact record. A field that a hostile or foreign record fills wrongly makes it no record. */
function ownRecipe(texts: FileTexts, raw: Map<string, string>): FoundRecipe | undefined {
  const records = [texts.png.get('ai-artist'), ...texts.xmp.map((packet) => xmpProperty(packet, 'aiArtist:Recipe'))];
  for (const text of records) {
    const recipe = recipeFromRecord(parseObject(text));
    if (recipe !== undefined && text !== undefined)
      return { source: 'ai-artist', recipe, raw: Object.fromEntries(raw.set('ai-artist', text)) };
  }
  return undefined;
}

/** Text that any program may have put into `parameters` or the EXIF comment: JSON of Swarm, Fooocus or Comfy, or infotext. */
function fromParameters(text: string): { source: RecipeSource; recipe: PartialRecipe } | undefined {
  const json = parseObject(text);
  if (json !== undefined) {
    if (asObject(json['sui_image_params'])) return { source: 'swarmui', recipe: swarmRecipe(json) };
    if (textAt(json, 'base_model', 'Base Model', 'performance') !== undefined) return { source: 'fooocus', recipe: fooocusRecipe(json) };
    if (textAt(json, 'positive_prompt') !== undefined) return { source: 'invokeai', recipe: invokeRecipe(json) };
    if (textAt(json, 'c') !== undefined && textAt(json, 'sampler') !== undefined)
      return { source: 'draw-things', recipe: drawThingsRecipe(json) };
    const comfy = comfyRecipe(json);
    return comfy === undefined ? undefined : { source: 'comfyui', recipe: comfy };
  }
  const parts = parseInfotext(text);
  if (parts.fields.length === 0) return undefined;
  // stable-diffusion.cpp appends its whole record as the last field, unquoted.
  const at = parts.fieldsLine.indexOf('SDCPP: {');
  const record = at < 0 ? undefined : parseObject(parts.fieldsLine.slice(at + 'SDCPP: '.length));
  if (record !== undefined) return { source: 'stable-diffusion.cpp', recipe: sdcppRecipe(record) };
  const recipe = recipeFromParts(parts);
  return { source: /^Fooocus/i.test(recipe.software ?? '') ? 'fooocus' : 'a1111', recipe };
}

function fromPngTexts(png: FileTexts['png']): { source: RecipeSource; recipe: PartialRecipe } | undefined {
  const invoke = parseObject(png.get('invokeai_metadata'));
  if (invoke !== undefined) return { source: 'invokeai', recipe: invokeRecipe(invoke) };
  const oldInvoke = parseObject(png.get('sd-metadata'));
  if (oldInvoke !== undefined) return { source: 'invokeai', recipe: oldInvokeRecipe(oldInvoke) };
  const comment = parseObject(png.get('Comment'));
  if (comment !== undefined && (/NovelAI/i.test(png.get('Software') ?? '') || textAt(comment, 'uc') !== undefined))
    return { source: 'novelai', recipe: novelRecipe(comment, png) };
  return undefined;
}

function fromComfy(texts: (string | undefined)[]): { source: RecipeSource; recipe: PartialRecipe } | undefined {
  for (const text of texts) {
    const json = parseObject(text);
    const recipe = json === undefined ? undefined : comfyRecipe(json);
    if (recipe !== undefined) return { source: 'comfyui', recipe };
  }
  return undefined;
}

/** The texts that recipes are read from, under the names they are reported with. */
function collect(texts: FileTexts): Map<string, string> {
  const raw = new Map(texts.png);
  const named: [string, string | undefined][] = [
    ['UserComment', texts.exif.get(exifTags.userComment)],
    ['ImageDescription', texts.exif.get(exifTags.imageDescription)],
    ['Make', texts.exif.get(exifTags.make)],
    ['Model', texts.exif.get(exifTags.model)],
    ['xmp', texts.xmp[0]],
  ];
  for (const [name, text] of named) if (text !== undefined && text !== '' && !raw.has(name)) raw.set(name, text);
  return raw;
}

function findRecipe(texts: FileTexts): FoundRecipe | undefined {
  const raw = collect(texts);
  const own = ownRecipe(texts, raw);
  if (own !== undefined) return own;
  const xmpComment = texts.xmp.map((packet) => xmpProperty(packet, 'exif:UserComment')).find((text) => text !== undefined);
  if (xmpComment !== undefined) raw.set('xmp:UserComment', xmpComment);
  const parameters = [
    texts.png.get('parameters'),
    texts.exif.get(exifTags.userComment),
    xmpComment,
    texts.exif.get(exifTags.imageDescription),
  ];
  // ComfyUI's WebP nodes put the graph into camera fields, with its name before it.
  const camera = [texts.exif.get(exifTags.model), texts.exif.get(exifTags.make), texts.exif.get(exifTags.imageDescription)].map((text) =>
    /^(?:prompt|workflow):/i.test(text ?? '') ? text?.slice(text.indexOf(':') + 1) : undefined,
  );
  const found =
    fromPngTexts(texts.png) ??
    // A file that has both was saved by a node that knew the settings: they are surer than what the graph can tell.
    parameters.map((text) => (text === undefined ? undefined : fromParameters(text))).find((result) => result !== undefined) ??
    fromComfy([texts.png.get('prompt'), texts.png.get('workflow'), ...camera]);
  return found === undefined ? undefined : { ...found, raw: Object.fromEntries(raw) };
}

/** EXIF and XMP of the kinds whose containers are not walked here (AVIF, TIFF, GIF). */
async function textsBySharp(bytes: Uint8Array): Promise<FileTexts> {
  const sharp = await loadSharp();
  try {
    const { exif, xmp } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return {
      png: new Map(),
      exif: exif === undefined ? new Map() : readExifTexts(exif),
      xmp: xmp === undefined ? [] : [xmp.toString('utf8')],
    };
  } catch {
    // A damaged file of these kinds has no text that could be read: there is no recipe.
    return { png: new Map(), exif: new Map(), xmp: [] };
  }
}

async function readFrom(name: string, source: ByteSource): Promise<FoundRecipe | undefined> {
  const head = await source.read(0, 32);
  const kind = imageKind(head);
  if (kind === undefined)
    throw new ArtistError('ERR_IMAGE_DECODE', `${name}: expected a picture (${readableKinds}), got ${describeBytes(head)}`);
  const walked = kind === 'png' || kind === 'jpeg' || kind === 'webp';
  const texts = walked
    ? await readFileTexts(kind, source)
    : source.size <= 8 * maxTextBytes
      ? await textsBySharp(await source.read(0, source.size))
      : undefined;
  return texts === undefined ? undefined : findRecipe(texts);
}

/** See readRecipe() in read-recipe-on-demand.ts. */
export async function readRecipe(input: string | Uint8Array): Promise<FoundRecipe | undefined> {
  if (typeof input === 'string') {
    if (input === '') throw new ArtistError('ERR_INVALID_ARGUMENT', 'input: expected a path or bytes, got ""');
    return await withFile(input, (source) => readFrom(input, source));
  }
  if (!ArrayBuffer.isView(input)) throw new ArtistError('ERR_INVALID_ARGUMENT', `input: expected a path or bytes, got ${display(input)}`);
  return await readFrom('input', bytesSource(checkBytes('input', input)));
}
