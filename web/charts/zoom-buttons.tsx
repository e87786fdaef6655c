import { Button, IconButton } from '../parts/button.tsx';
import { t } from '../texts/text.ts';
import type { Span } from './line.ts';
import { zoomed } from './zoom.ts';

interface ZoomButtonsProps {
  view: Span;
  all: Span;
  /** What stays in the middle: the step that was pointed at last. Otherwise the end stays. */
  around: number | undefined;
  onSpan: (span: Span | undefined) => void;
}

/** Zooming without dragging. */
export function ZoomButtons({ view: [from, to], all, around, onSpan }: ZoomButtonsProps) {
  const middle = around !== undefined && around >= from && around <= to ? around : to;
  const zoom = (times: number): void => onSpan(zoomed([from, to], { times, around: middle, all }));
  const isAll = to - from >= all[1] - all[0];
  return (
    <div class="flex items-center gap-1">
      <IconButton icon="plus" label={t('charts.zoomIn')} isDisabled={to - from <= 1} onClick={() => zoom(1 / 2)} />
      <IconButton icon="minus" label={t('charts.zoomOut')} isDisabled={isAll} onClick={() => zoom(2)} />
      <Button isDisabled={isAll} onClick={() => onSpan(undefined)}>
        {t('charts.showAll')}
      </Button>
    </div>
  );
}
