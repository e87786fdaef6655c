import { selection, selectionQuery } from '../gallery/shown-works.ts';
import { hrefOf, navigate } from '../navigate/router.ts';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { t } from '../texts/text.ts';

/** Other ways to look at the works that the gallery shows. */
export function viewItems(): MenuItem[] {
  const { trashed } = selection.value;
  const { q, sort, seed } = selectionQuery();
  const go = (path: string, query: Record<string, string | undefined>) => (): void => navigate(hrefOf(path, query));
  if (trashed) return [];
  return [
    { label: t('cull.title'), icon: 'check', onChoose: go('cull', { q, sort }) },
    { label: t('show.title'), icon: 'play', onChoose: go('slideshow', { q, sort, seed }) },
    { label: t('duel.title'), icon: 'heart', onChoose: go('duel', {}) },
    { label: t('kiosk.title'), icon: 'fill', onChoose: go('kiosk', { q }) },
  ];
}

export function ViewMenu() {
  const items = viewItems();
  return items.length === 0 ? null : <Menu label={t('review.menu')} icon="look" items={items} />;
}
