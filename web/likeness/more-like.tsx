import { useLayoutEffect } from 'preact/hooks';
import { handleKeys } from '../keys/listen.ts';
import { hrefOf, navigate } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { t } from '../texts/text.ts';

export const likeWorkHref = (id: string): string => hrefOf('', { likework: id });

/** Beside the other actions of a work. */
export function MoreLike({ id }: { id: string }) {
  useLayoutEffect(() => handleKeys({ alike: () => navigate(likeWorkHref(id)) }), [id]);
  return (
    <a
      href={likeWorkHref(id)}
      class="inline-grid min-h-9 min-w-9 place-items-center rounded-md hover:bg-sunken"
      aria-label={t('like.more')}
      title={t('like.more')}
    >
      <Icon name="alike" />
    </a>
  );
}

/** On a tile: shown when the pointer is over it, or the focus in it. */
export function MoreLikeOnTile({ id, name }: { id: string; name: string }) {
  return (
    <a
      href={likeWorkHref(id)}
      tabIndex={-1}
      class="absolute top-1 right-1 grid size-8 place-items-center rounded-full bg-black/65 text-white opacity-0 group-focus-within/tile:opacity-100 group-hover/tile:opacity-100 focus:opacity-100 [@media(hover:none)]:hidden"
      aria-label={t('like.moreThan', { name })}
      title={t('like.more')}
    >
      <Icon name="alike" size={16} />
    </a>
  );
}
