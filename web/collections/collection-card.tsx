import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { type CollectionRow, queryFor } from '../api/names.ts';
import { thumbnailOf, type WorkRow } from '../api/works.ts';
import { hrefOf } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { t } from '../texts/text.ts';

const onCover = 4;

/** The newest works of a collection, once its card comes into view. */
function useCover(query: string, works: number): { element: { current: HTMLLIElement | null }; rows: readonly WorkRow[] } {
  const element = useRef<HTMLLIElement>(null);
  const [rows, setRows] = useState<readonly WorkRow[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      ask<{ works: WorkRow[] }>('works', { query: { query, limit: onCover }, signal: abort.signal }).then(
        (page) => setRows(page.works),
        () => undefined, // the card shows its name and number without pictures
      );
    });
    if (element.current) observer.observe(element.current);
    return () => {
      observer.disconnect();
      abort.abort();
    };
  }, [query, works]);
  return { element, rows };
}

interface CollectionCardProps {
  collection: CollectionRow;
  mayChange: boolean;
  onPin: () => void;
  onEdit: () => void;
  onShare: () => void;
  onDelete: () => void;
}

export function CollectionCard({ collection, mayChange, onPin, onEdit, onShare, onDelete }: CollectionCardProps) {
  const { name, works, description, pinned } = collection;
  const query = queryFor('collection', name);
  const { element, rows } = useCover(query, works);
  const items: MenuItem[] = [
    { label: t(pinned ? 'collections.unpin' : 'collections.pin'), icon: 'pin', onChoose: onPin },
    { label: t('collections.edit'), icon: 'brush', onChoose: onEdit },
    { label: t('share.create'), icon: 'link', onChoose: onShare },
    { label: t('collections.delete'), icon: 'trash', onChoose: onDelete },
  ];
  return (
    <li ref={element} class="relative flex min-w-0 flex-col gap-1">
      <a href={hrefOf('', { q: query })} class="group flex flex-col gap-2" aria-label={name}>
        <span
          class={`grid aspect-[4/3] gap-0.5 overflow-hidden rounded-lg bg-sunken ${rows.length > 1 ? 'grid-cols-2' : ''} ${rows.length > 2 ? 'grid-rows-2' : ''}`}
        >
          {rows.map((row, index) => (
            <img
              key={row.id}
              src={thumbnailOf(row, rows.length === 1 ? 640 : 320)}
              alt=""
              decoding="async"
              class={`h-full min-h-0 w-full object-cover ${rows.length === 3 && index === 0 ? 'row-span-2' : ''}`}
            />
          ))}
        </span>
      </a>
      <div class="flex items-start gap-1">
        <div class="min-w-0 flex-1">
          <h2 class="flex items-center gap-1 font-medium">
            {pinned && <Icon name="pin" size={14} />}
            <span class="truncate" dir="auto">
              {name}
            </span>
          </h2>
          <p class="text-sm text-muted">{t('works.count', { n: works })}</p>
          {description !== '' && (
            <p class="mt-1 line-clamp-3 text-sm break-words whitespace-pre-wrap" dir="auto">
              {description}
            </p>
          )}
        </div>
        {mayChange && <Menu label={t('collections.menu', { name })} icon="more" items={items} />}
      </div>
    </li>
  );
}
