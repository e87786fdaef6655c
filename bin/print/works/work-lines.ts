import { type Artwork, type ChangedWorks, nameOf } from '../../../lib/gallery/index.ts';
import { shownTime } from '../times.ts';

const stars = (rating: number | undefined): string => '★'.repeat(rating ?? 0).padEnd(5, '·');

/** Title or prompt; for an imported picture without either, its file name. */
const calledOf = (work: Artwork): string => (work.title || work.recipe?.prompt ? nameOf(work, 60) : (work.imported?.from ?? '(no title)'));

/** One line of a list. */
export function workLine(work: Artwork): string {
  const size = `${work.image.width}x${work.image.height}`.padEnd(9);
  const tags = work.tags && work.tags.length > 0 ? `  [${work.tags.join(', ')}]` : '';
  return `${work.id}  ${shownTime(work.createdAt)}  ${stars(work.rating)}${work.star ? '*' : ' '}  ${size}  ${calledOf(work)}${tags}`;
}

/** Ids on stdout, the count on stderr, failures as warnings. */
export function changedOutcome({ changed, failed }: ChangedWorks, what: string, warn: (line: string) => void) {
  for (const { code, message } of failed) warn(`${code}: ${message}`);
  return {
    json: { changed, failed },
    text: changed,
    notes: [`${changed.length} ${changed.length === 1 ? 'work' : 'works'} ${what}${failed.length > 0 ? `, ${failed.length} failed` : ''}`],
    status: failed.length > 0 ? 1 : 0,
  };
}
