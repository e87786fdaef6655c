import { type Artwork, nameOf } from '../../../lib/gallery/index.ts';
import { type Recipe, writeInfotext } from '../../../lib/image/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { shownTime } from '../times.ts';
import { derivationLines } from './derivation-lines.ts';

export function lines(work: Artwork, hasPicture: boolean): string[] {
  const { recipe, image, curation } = work;
  const facts: [string, string | undefined][] = [
    ['picture', `${work.path}${hasPicture ? '' : ' (gone; see: ai-artist gallery verify)'}`],
    ['record', work.sidecarPath],
    ['made', shownTime(work.createdAt)],
    ['size', `${image.width}x${image.height}, ${formatBytes(image.bytes)}`],
    ['title', work.title],
    ['alt text', work.altText],
    ['rating', work.rating === undefined ? undefined : `${work.rating} of 5`],
    ['star', work.star ? 'yes' : undefined],
    ['tags', work.tags?.join(', ')],
    ['collections', work.collections?.join(', ')],
    ['licence', work.licence?.id],
    ['imported', work.imported && `${work.imported.from}${work.imported.program ? `, written by ${work.imported.program}` : ''}`],
    ['curation', typeof curation?.['curation'] === 'string' ? curation['curation'] : undefined],
    ['candidates', work.candidates && String(work.candidates.count)],
    ['posts', work.posts && work.posts.length > 0 ? String(work.posts.length) : undefined],
    ['trashed', work.trashedAt && shownTime(work.trashedAt)],
  ];
  const infotext = recipe?.prompt === undefined ? [] : ['', ...writeInfotext(recipe as Recipe).split('\n')];
  return [
    `${work.id}  ${nameOf(work)}`,
    ...facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(11)} ${value}`] : [])),
    ...infotext,
    ...derivationLines(work),
  ];
}
