/** The title of the tab: what is shown, and the name of the gallery; before them how far a picture is that is being painted. */
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type TextKey, t } from '../texts/text.ts';
import { page, place } from './router.ts';

/** The server writes it into the page. */
export const galleryName = document.title;

/** Pages that the navigation does not name. */
const others: Readonly<Record<string, TextKey>> = {
  calendar: 'calendar.title',
  compare: 'compare.title',
  duplicates: 'duplicates.title',
  share: 'share.all',
  cull: 'cull.title',
  duel: 'duel.title',
  slideshow: 'show.title',
  kiosk: 'kiosk.title',
};

interface NamedPage {
  path: string;
  label: TextKey;
}

/** What a page says of itself, such as the name of the work that it shows. */
const ownTitle = signal<string | undefined>(undefined);
/** What comes before the title; '' is nothing. */
export const titleNotice = signal('');

/** Longer ones are cut by every browser. */
const mostLetters = 100;

function titleOf(entries: readonly NamedPage[]): string {
  if (ownTitle.value) return ownTitle.value;
  const { trash, q, like } = place.value.query;
  const isGallery = page.value === '' || page.value === 'works';
  if (isGallery) return trash === '1' ? t('find.trash') : (like ?? q ?? '');
  return t(entries.find(({ path }) => path === page.value)?.label ?? others[page.value] ?? 'notFound.title');
}

/** Names the tab after what this component shows, as long as it is shown. undefined: not known yet. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    ownTitle.value = title;
    return () => {
      ownTitle.value = undefined;
    };
  }, [title]);
}

/** @param entries pages of the navigation */
export function followTitle(entries: readonly NamedPage[]): void {
  effect(() => {
    const what = titleOf(entries).trim();
    const short = what.length > mostLetters ? `${what.slice(0, mostLetters)} …` : what;
    const title = short === '' ? galleryName : `${short} – ${galleryName}`;
    document.title = titleNotice.value === '' ? title : `${titleNotice.value} · ${title}`;
  });
}
