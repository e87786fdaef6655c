import { win32 } from 'node:path';
import { mediaTypes } from '../image/index.ts';
import type { Artwork } from './artwork.ts';

/** The name of a work: its title, else the beginning of its prompt, else its id. */
export function nameOf({ title, recipe, id }: Artwork, longest = 80): string {
  const text = (title || recipe?.prompt || id).replace(/\s+/g, ' ').trim();
  return text.length > longest ? cutAtWord(text, longest) : text;
}

/** Cuts after a nearby end of a word if there is one, and never within a character. */
function cutAtWord(text: string, longest: number): string {
  const short = [...text.slice(0, longest - 1)].join('').replace(/\p{Surrogate}$/u, '');
  const whole = short.replace(/[\s,;:.]+\S*$/, '');
  return `${(whole.length > longest / 2 ? whole : short).trimEnd()}…`;
}

/** A description for people who cannot see the picture: the alternative text, else the prompt. */
export function altOf(work: Artwork): string {
  return work.altText ?? (work.recipe?.prompt ? `Picture painted for the words: ${work.recipe.prompt}` : 'Picture without a description');
}

/** A unique file name for its picture: the sidecar of an imported work may name its file anything. */
export const pictureName = ({ id, file }: Artwork): string => `${id}.${file.split('.').at(-1) ?? ''}`;

const pathForm = /^(?:\/|[A-Za-z]:[\\/]|\\\\|~\/|file:)[^\n]*[\\/]/;

/** A text as it is; an absolute path of any system cut to its last name: records of other programs name models and LoRAs by their files. */
export const withoutFolder = (text: string): string => (pathForm.test(text) ? win32.basename(text) : text);

/** The model's name, never its place. */
export const modelNameOf = ({ recipe }: Artwork): string | undefined => recipe?.model?.name && withoutFolder(recipe.model.name);

/** An address that is safe to link: a sidecar may contain `javascript:` and others. */
export const webAddress = (text: string | undefined): string | undefined =>
  text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;

const formats: Readonly<Record<string, string>> = { ...mediaTypes, jpg: mediaTypes.jpeg };

export const mediaType = ({ file }: Artwork): string => formats[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';

const sources: Readonly<Record<string, string>> = {
  trainedAlgorithmicMedia: 'TrainedAlgorithmicMediaDigitalSource',
  compositeWithTrainedAlgorithmicMedia: 'CompositeWithTrainedAlgorithmicMediaDigitalSource',
  algorithmicallyEnhanced: 'AlgorithmicallyEnhancedDigitalSource',
};

/** The addresses of a work's files. */
export interface Addresses {
  page?: string;
  picture: string;
  thumbnail?: string;
}

/** A work as schema.org's ImageObject, with the AI label if it was painted here or its sidecar says so. */
export function jsonLdOf(work: Artwork, { page, picture, thumbnail }: Addresses): Record<string, unknown> {
  const source = work.provenance?.['digitalSourceType'];
  const type = typeof source === 'string' ? sources[source] : undefined;
  return {
    '@context': 'https://schema.org',
    '@type': 'ImageObject',
    identifier: work.id,
    name: nameOf(work),
    description: altOf(work),
    contentUrl: picture,
    ...(thumbnail !== undefined && { thumbnailUrl: thumbnail }),
    ...(page !== undefined && { url: page }),
    encodingFormat: mediaType(work),
    width: work.image.width,
    height: work.image.height,
    dateCreated: work.createdAt,
    ...(work.tags && work.tags.length > 0 && { keywords: work.tags.join(', ') }),
    ...(work.licence && { license: webAddress(work.licence.url) ?? work.licence.id }),
    ...(type !== undefined && { digitalSourceType: `https://schema.org/${type}` }),
    ...(work.recipe?.software !== undefined && { creditText: work.recipe.software }),
  };
}
