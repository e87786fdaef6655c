import { rowOf, thumbnailOf } from '../../api/works.ts';
import { hrefOf } from '../../navigate/router.ts';
import { px } from '../../parts/px.ts';
import { t, timeText } from '../../texts/text.ts';
import type { Size } from '../view.ts';

const width = 200;
const height = 250;
const gap = 16;

interface WorkCardProps {
  id: string;
  /** The work on the stage, CSS pixels. */
  left: number;
  top: number;
  size: Size;
  /** After a tap, the card leads to the work; under a mouse it must not be in the way. */
  isLink: boolean;
}

/** The work under the mouse, the finger or the focus: a ring around it, and its picture beside it. */
export function WorkCard({ id, left, top, size, isLink }: WorkCardProps) {
  const row = rowOf(id).value;
  const isRight = left + gap + width < size.width;
  const cardLeft = isRight ? left + gap : Math.max(4, left - gap - width);
  const cardTop = Math.max(4, Math.min(size.height - height - 4, top - height / 2));
  const content = row && (
    <>
      <img src={thumbnailOf(row, 320)} alt="" class="h-44 w-full rounded object-contain" />
      <span class="line-clamp-2 text-sm font-medium break-words" dir="auto">
        {row.name}
      </span>
      <span class="text-xs text-muted">
        {timeText(row.createdAt)}
        {row.rating !== null && ` ${'★'.repeat(row.rating)}`}
      </span>
    </>
  );
  const look = 'absolute flex flex-col gap-1 rounded-lg border border-line bg-raised p-2 shadow-xl';
  const place = { left: px(cardLeft), top: px(cardTop), width: px(width), height: px(height) };
  return (
    <>
      <span
        aria-hidden="true"
        class="pointer-events-none absolute size-6 -translate-1/2 rounded-full border-3 border-ink ring-2 ring-paper"
        style={{ left: px(left), top: px(top) }}
      />
      {row === undefined && <span class="sr-only">{t('common.loading')}</span>}
      {row && isLink && (
        <a href={hrefOf(`works/${id}`)} class={look} style={place} data-card={id}>
          {content}
        </a>
      )}
      {row && !isLink && (
        <div class={`pointer-events-none ${look}`} style={place} data-card={id} aria-hidden="true">
          {content}
        </div>
      )}
    </>
  );
}
