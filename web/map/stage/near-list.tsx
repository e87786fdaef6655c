import { rowOf, thumbnailOf } from '../../api/works.ts';
import { altOf } from '../../gallery/tile.tsx';
import { hrefOf } from '../../navigate/router.ts';
import { t } from '../../texts/text.ts';

interface NearListProps {
  ids: readonly string[];
  /** Works in view, of which these are the nearest to the middle. */
  total: number;
  onPoint: (id: string | undefined) => void;
}

/** The works in view, nearest to the middle first: for the Tab key, for screen readers, and for all who would rather see than hunt. */
export function NearList({ ids, total, onPoint }: NearListProps) {
  return (
    <section aria-labelledby="map-near" class="shrink-0 border-t border-line bg-raised px-3 py-2">
      <h2 id="map-near" class="mb-1 text-xs text-muted">
        <span role="status">{t('map.inView', { n: total })}</span>
        {total > ids.length && ` ${t('map.nearest', { n: ids.length })}`}
      </h2>
      <ul class="flex gap-1.5 overflow-x-auto p-1" onMouseLeave={() => onPoint(undefined)}>
        {ids.map((id) => (
          <li key={id} class="shrink-0">
            <Near id={id} onPoint={onPoint} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Near({ id, onPoint }: { id: string; onPoint: (id: string | undefined) => void }) {
  const row = rowOf(id).value;
  return (
    <a
      href={hrefOf(`works/${id}`)}
      class="block h-14 w-14 overflow-hidden rounded-md bg-sunken hover:outline-2 hover:outline-accent"
      aria-label={row ? altOf(row) : row === null ? t('works.gone') : t('common.loading')}
      onFocus={() => onPoint(id)}
      onBlur={() => onPoint(undefined)}
      onMouseEnter={() => onPoint(id)}
    >
      {row && <img src={thumbnailOf(row, 320)} alt="" loading="lazy" class="h-full w-full object-cover" />}
    </a>
  );
}
