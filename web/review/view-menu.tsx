import { selection, selectionQuery } from '../gallery/shown-works.ts';
import { hrefOf, navigate } from '../navigate/router.ts';
import { Menu } from '../parts/menu.tsx';
import { t } from '../texts/text.ts';

/** Other ways to look at the works that the gallery shows. */
export function ViewMenu() {
  const { trashed } = selection.value;
  const { q, sort, seed } = selectionQuery();
  const go = (path: string, query: Record<string, string | undefined>) => (): void => navigate(hrefOf(path, query));
  if (trashed) return null;
  return (
    <Menu
      label={t('review.menu')}
      icon="look"
      items={[
        { label: t('cull.title'), icon: 'check', onChoose: go('cull', { q, sort }) },
        { label: t('show.title'), icon: 'play', onChoose: go('slideshow', { q, sort, seed }) },
        { label: t('duel.title'), icon: 'heart', onChoose: go('duel', {}) },
        { label: t('kiosk.title'), icon: 'fill', onChoose: go('kiosk', { q }) },
      ]}
    />
  );
}
