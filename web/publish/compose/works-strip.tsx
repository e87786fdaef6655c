import { rowOf, thumbnailOf } from '../../api/works.ts';
import { altOf } from '../../gallery/tile.tsx';
import { t } from '../../texts/text.ts';

interface WorksStripProps {
  works: readonly string[];
  /** The one that is shown; undefined: all together. */
  shown: number | undefined;
  onShow: (at: number) => void;
}

/** The works that posts are made of; of posts of their own one is shown. */
export function WorksStrip({ works, shown, onShow }: WorksStripProps) {
  return (
    <ul class="flex gap-2 overflow-x-auto p-1" aria-label={t('publish.works')}>
      {works.map((work, at) => {
        const row = rowOf(work).value;
        const picture = row && <img src={thumbnailOf(row, 320)} alt={altOf(row)} class="h-full w-full object-cover" />;
        const look = 'block size-16 overflow-hidden rounded bg-sunken';
        return (
          <li key={work} class="shrink-0">
            {shown === undefined ? (
              <span class={look}>{picture}</span>
            ) : (
              <button
                type="button"
                aria-pressed={shown === at}
                class={`${look} ${shown === at ? 'outline-2 outline-offset-2 outline-accent' : 'opacity-70 hover:opacity-100'}`}
                onClick={() => onShow(at)}
              >
                {picture}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
