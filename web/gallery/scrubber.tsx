import { useMemo, useRef } from 'preact/hooks';
import { dayMs } from '../api/columns.ts';
import { px } from '../parts/px.ts';
import { monthText, t } from '../texts/text.ts';

interface ScrubberProps {
  days: Uint16Array;
  /** Index of the first work in view. */
  at: number;
  onGo: (index: number) => void;
  width: number;
}

const yearOf = (day: number): number => new Date(day * dayMs).getUTCFullYear();
/** Share of the height that labels of years are apart at least. */
const labelStep = 0.04;

/** The life of the artist as a strip: its length is the number of works. A slider for keys and screen readers, a place to press for the others. */
export function Scrubber({ days, at, onGo, width }: ScrubberProps) {
  const strip = useRef<HTMLDivElement>(null);
  const last = days.length - 1;
  const years = useMemo(() => yearMarks(days), [days]);
  if (last < 1) return null;
  const goToPointer = (event: PointerEvent): void => {
    const box = strip.current?.getBoundingClientRect();
    if (!box) return;
    const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    onGo(Math.round(share * last));
  };
  const onKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -Math.ceil(last / 20),
      PageDown: Math.ceil(last / 20),
      Home: -last,
      End: last,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onGo(Math.min(last, Math.max(0, at + step)));
  };
  return (
    <div
      ref={strip}
      role="slider"
      tabIndex={0}
      aria-label={t('works.timeline')}
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={last + 1}
      aria-valuenow={at + 1}
      aria-valuetext={t('works.timelineAt', { month: monthText(days[at] ?? 0), n: at + 1 })}
      class="absolute inset-y-0 right-0 touch-none border-l border-line bg-paper text-[10px] text-muted select-none"
      style={{ width: px(width) }}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goToPointer(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) goToPointer(event);
      }}
      data-scrubber
    >
      {years.map(({ year, share }) => (
        <span key={year} class="absolute right-0.5" style={{ top: `${share * 100}%` }}>
          {year}
        </span>
      ))}
      <span class="absolute right-0 left-0 h-1 -translate-y-1/2 bg-accent" style={{ top: `${(at / last) * 100}%` }} />
    </div>
  );
}

/** Where each year begins; those too close to the one above are left out. */
function yearMarks(days: Uint16Array): { year: number; share: number }[] {
  const marks: { year: number; share: number }[] = [];
  let day: number | undefined;
  for (let index = 0; index < days.length; index++) {
    if (days[index] === day) continue;
    day = days[index] ?? 0;
    const year = yearOf(day);
    const share = index / days.length;
    const before = marks.at(-1);
    if (before?.year !== year && (!before || share - before.share >= labelStep) && share < 0.97) marks.push({ year, share });
  }
  return marks;
}
