import type { ComponentChild } from 'preact';
import { thumbnailOf, type WorkRow } from '../api/works.ts';
import { timeText } from '../texts/text.ts';

/** Height of a row of the list, pixels. */
export const listRowHeight = 72;

interface ListRowProps {
  row: WorkRow;
  alt: string;
  /** What was decided about the work. */
  marks: ComponentChild;
  /** Its picture cannot be loaded. */
  onLost: () => void;
}

/** A work as a line: its picture, name, facts and tags. */
export function ListRow({ row, alt, marks, onLost }: ListRowProps) {
  return (
    <span class="flex h-full items-center gap-3 pr-3">
      <span class="relative block h-full w-24 shrink-0 bg-sunken">
        <img
          src={thumbnailOf(row, 320)}
          alt={alt === row.name ? '' : alt} // the name stands beside it
          decoding="async"
          draggable={false}
          class="h-full w-full object-contain"
          onError={onLost}
        />
      </span>
      <span class="min-w-0 flex-1">
        <span class="line-clamp-2 text-sm font-medium" dir="auto">
          {row.name}
        </span>
        <span class="block truncate text-xs text-muted" dir="auto">
          {row.tags.join(' · ')}
        </span>
      </span>
      <span class="relative h-7 w-28 shrink-0 max-sm:w-20">{marks}</span>
      <span class="w-44 shrink-0 text-xs text-muted max-md:hidden">
        <span class="block">{timeText(row.createdAt)}</span>
        <span class="block truncate" dir="auto">
          {row.width} × {row.height}
          {row.model !== null && ` · ${row.model}`}
        </span>
      </span>
    </span>
  );
}
