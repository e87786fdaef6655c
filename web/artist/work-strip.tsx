import { rowOf, thumbnailOf } from '../api/works.ts';
import { altOf } from '../gallery/tile.tsx';
import { hrefOf } from '../navigate/router.ts';
import { t } from '../texts/text.ts';

/** Small pictures of works, each a link to it. */
export function WorkStrip({ ids, size = 'small' }: { ids: readonly string[]; size?: 'small' | 'large' }) {
  return (
    <ul class="flex flex-wrap gap-2">
      {ids.map((id) => (
        <li key={id}>
          <Thumbnail id={id} look={size === 'small' ? 'h-14 w-14' : 'h-32 w-32'} />
        </li>
      ))}
    </ul>
  );
}

function Thumbnail({ id, look }: { id: string; look: string }) {
  const row = rowOf(id).value;
  if (row === null)
    return (
      <span class={`grid place-items-center rounded-md bg-sunken p-1 text-center text-[10px] text-muted ${look}`}>
        {t('artist.workGone')}
      </span>
    );
  return (
    <a
      href={hrefOf(`works/${id}`)}
      class={`block overflow-hidden rounded-md bg-sunken ${look}`}
      aria-label={row ? altOf(row) : t('common.loading')}
    >
      {row && <img src={thumbnailOf(row, 320)} alt="" loading="lazy" class="h-full w-full object-cover" />}
    </a>
  );
}
