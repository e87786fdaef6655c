/** png-info: what a picture says about how it was made, of every program that lib/image reads. */
import { parseInfotext, readRecipe, writeInfotext } from '../../image/index.ts';

/** Names under which pictures hold an infotext. */
const infotextNames = ['parameters', 'UserComment', 'xmp:UserComment', 'ImageDescription', 'comment'] as const;

/** The pairs of an infotext as A1111 names them; the size is split. */
function parametersOf(infotext: string): Record<string, string> {
  const { prompt, negativePrompt, fields } = parseInfotext(infotext);
  if (fields.length === 0) return {};
  const parameters: Record<string, string> = { Prompt: prompt, 'Negative prompt': negativePrompt };
  for (const [key, value] of fields) {
    const size = /^(\d+)\s*[x×]\s*(\d+)$/.exec(value);
    if (size?.[1] !== undefined && size[2] !== undefined && key === 'Size')
      Object.assign(parameters, { 'Size-1': size[1], 'Size-2': size[2] });
    else if (!Object.hasOwn(parameters, key) && key !== '__proto__') parameters[key] = value;
  }
  return parameters;
}

/** @throws ArtistError ERR_IMAGE_DECODE */
export async function pngInfo(bytes: Uint8Array) {
  const found = await readRecipe(bytes);
  if (!found) return { info: '', items: {}, parameters: {} };
  const { recipe, raw } = found;
  const written = infotextNames.map((name) => raw[name]).find((text) => text !== undefined && /(?:^|\n)Steps: /.test(text));
  const info = written ?? writeInfotext({ ...recipe, prompt: recipe.prompt ?? '' });
  return { info, items: raw, parameters: parametersOf(info) };
}
