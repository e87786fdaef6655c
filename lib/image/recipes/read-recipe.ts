import { ArtistError, answering, display } from '../../core/index.ts';
import { type ByteSource, bytesSource, withFile } from '../formats/byte-source.ts';
import { exifTags } from '../formats/exif.ts';
import { readFileTexts } from '../formats/file-texts.ts';
import type { FileTexts } from '../formats/found-texts.ts';
import { describeBytes, imageKind, readableKinds } from '../formats/image-kind.ts';
import { stealthText } from '../formats/stealth.ts';
import { xmpProperty } from '../formats/xmp.ts';
import { checkBytes } from '../raw-image.ts';
import { midjourneyRecipe } from './foreign-lines.ts';
import { parseObject } from './json-fields.ts';
import { type PartialRecipe, recipeFromRecord } from './recipe.ts';
import { fromPromptAlone, fromText, fromTexts, type RecipeSource, type Recognised } from './recognise.ts';

export interface FoundRecipe {
  source: RecipeSource;
  /** The fields that were understood; complete and exact for our own files. */
  recipe: PartialRecipe;
  /** The texts it was read from, as in the file: name of the chunk or field -> text. */
  raw: Record<string, string>;
}

/** Our exact record. If a field is invalid, in a hostile or foreign record, it does not count as ours. */
function ownRecipe(texts: FileTexts, raw: Map<string, string>): FoundRecipe | undefined {
  const records = [texts.png.get('ai-artist'), ...texts.xmp.map((packet) => xmpProperty(packet, 'aiArtist:Recipe'))];
  for (const text of records) {
    const recipe = recipeFromRecord(parseObject(text));
    if (recipe !== undefined && text !== undefined)
      return { source: 'ai-artist', recipe, raw: Object.fromEntries(raw.set('ai-artist', text)) };
  }
  return undefined;
}

/** The texts to read recipes from, under the names used in reports. */
function collect(texts: FileTexts): Map<string, string> {
  const raw = new Map(texts.png);
  const xmpText = (name: string): string | undefined =>
    texts.xmp.map((packet) => xmpProperty(packet, name)).find((text) => text !== undefined && text !== '');
  const named: [string, string | undefined][] = [
    ['UserComment', texts.exif.get(exifTags.userComment)],
    ['XPComment', texts.exif.get(exifTags.xpComment)],
    ['ImageDescription', texts.exif.get(exifTags.imageDescription)],
    ['Make', texts.exif.get(exifTags.make)],
    ['Model', texts.exif.get(exifTags.model)],
    ['XPTitle', texts.exif.get(exifTags.xpTitle)],
    ['XPSubject', texts.exif.get(exifTags.xpSubject)],
    ['XPKeywords', texts.exif.get(exifTags.xpKeywords)],
    ['Software', texts.exif.get(exifTags.software)],
    ['xmp', texts.xmp[0]],
    ['xmp:UserComment', xmpText('exif:UserComment')],
    ['xmp:description', xmpText('dc:description') ?? xmpText('tiff:ImageDescription')],
    ['comment', texts.comments.find((text) => text !== '')],
    ['caption', texts.caption],
  ];
  for (const [name, text] of named) if (text !== undefined && text !== '' && !raw.has(name)) raw.set(name, text);
  return raw;
}

/** Names in `collect` that many programs use, the most reliable first. */
const anything = [
  'UserComment',
  'xmp:UserComment',
  'XPComment',
  'comment',
  'ImageDescription',
  'xmp:description',
  'caption',
  'XPKeywords',
  'XPSubject',
  'XPTitle',
] as const;

/** ComfyUI's WebP nodes put the graph into various camera fields, after its name: `prompt:{…}`. */
function labelled(raw: ReadonlyMap<string, string>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of ['Model', 'Make', ...anything, 'Software']) {
    const text = raw.get(name) ?? '';
    const label = /^\s*(prompt|workflow|parameters):\s*/i.exec(text.slice(0, 100));
    const key = label?.[1]?.toLowerCase();
    if (label !== null && key !== undefined && !Object.hasOwn(found, key)) found[key] = text.slice(label[0].length);
  }
  return found;
}

/** Programs that write only a description. It is the prompt if another field identifies the program. */
function fromDescription(raw: ReadonlyMap<string, string>): Recognised | undefined {
  const descriptions = ['Description', 'xmp:description', 'ImageDescription', 'caption', 'comment', 'UserComment'].map((name) =>
    raw.get(name),
  );
  for (const text of descriptions) {
    const recipe = text === undefined ? undefined : midjourneyRecipe(text);
    if (recipe !== undefined) return { source: 'midjourney', recipe };
  }
  const prompt = descriptions.find((text) => text !== undefined && text.trim() !== '');
  const packet = raw.get('xmp') ?? '';
  const program = [raw.get('Software'), raw.get('Author'), xmpProperty(packet, 'xmp:CreatorTool'), xmpProperty(packet, 'photoshop:Credit')];
  const writer = program.find((text) => /DALL.?E|OpenAI|ChatGPT|Midjourney/i.test(text ?? ''));
  if (prompt === undefined || writer === undefined) return undefined;
  const isMidjourney = /Midjourney/i.test(writer);
  return { source: isMidjourney ? 'midjourney' : 'dall-e', recipe: { prompt: prompt.trim(), software: writer } };
}

function findRecipe(texts: FileTexts): FoundRecipe | undefined {
  const raw = collect(texts);
  const own = ownRecipe(texts, raw);
  if (own !== undefined) return own;
  const first = <T>(items: readonly T[], read: (item: T) => Recognised | undefined): Recognised | undefined => {
    for (const item of items) {
      const found = read(item);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const places = anything.map((name) => raw.get(name)).filter((text) => text !== undefined);
  const found =
    first([Object.fromEntries(texts.png), labelled(raw)], (named) => (Object.keys(named).length > 0 ? fromTexts(named) : undefined)) ??
    first(places, fromText) ??
    fromDescription(raw) ??
    fromPromptAlone(texts.png.get('parameters')) ??
    // Cameras and phones use these fields too, so only a text with a negative prompt counts.
    first(places, (text) => (/^Negative prompt:/m.test(text) ? fromPromptAlone(text) : undefined));
  return found === undefined ? undefined : { ...found, raw: Object.fromEntries(raw) };
}

async function readFrom(name: string, source: ByteSource): Promise<FoundRecipe | undefined> {
  const head = await source.read(0, 32);
  const kind = imageKind(head);
  if (kind === undefined)
    throw new ArtistError('ERR_IMAGE_DECODE', `${name}: expected a picture (${readableKinds}), got ${describeBytes(head)}`);
  const found = findRecipe(await readFileTexts(kind, source));
  if (found !== undefined || kind !== 'png') return found;
  const hidden = await stealthText(source);
  const recognised = hidden === undefined ? undefined : fromText(hidden);
  return recognised === undefined || hidden === undefined ? undefined : { ...recognised, raw: { alpha: hidden } };
}

/**
 * Reads how a picture was made, from a file or from its encoded bytes: our own files exactly, and those of A1111, Forge, ComfyUI, InvokeAI,
 * NovelAI, Fooocus, SwarmUI, stable-diffusion.cpp, Draw Things and others (docs/images.md) as far as they say it. Pixels are decoded only of
 * a PNG with alpha whose texts hold no recipe, and damage in the file is no error: what can be read is read. Texts above 16 MiB (also after
 * inflating) are passed over.
 *
 * @returns undefined when the picture carries no recipe
 * @throws ArtistError ERR_READ: missing, a directory, no permission; ERR_IMAGE_DECODE: not a picture; ERR_INVALID_ARGUMENT: neither path nor bytes
 */
export const readRecipe = answering('readRecipe', async (input: string | Uint8Array): Promise<FoundRecipe | undefined> => {
  if (typeof input === 'string') {
    if (input === '') throw new ArtistError('ERR_INVALID_ARGUMENT', 'input: expected a path or bytes, got ""');
    return await withFile(input, (source) => readFrom(input, source));
  }
  if (!ArrayBuffer.isView(input)) throw new ArtistError('ERR_INVALID_ARGUMENT', `input: expected a path or bytes, got ${display(input)}`);
  return await readFrom('input', bytesSource(checkBytes('input', input)));
});
