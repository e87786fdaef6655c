import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { FullWork } from '../api/works.ts';
import { altOf } from '../gallery/tile.tsx';
import { handleKeys } from '../keys/listen.ts';
import { usePicture } from '../work/load-picture.ts';
import { Picture } from '../work/stage.tsx';
import { noSwipes, useZoom, type ZoomControl } from '../work/zoom/use-zoom.ts';
import { fitted, type Zoom } from '../work/zoom/zoom.ts';
import { NameTag } from './slider.tsx';

const panShare = 0.15;

/** Two pictures beside each other, zoomed and moved as one. */
export function SideBySide({ a, b }: { a: FullWork; b: FullWork }) {
  const zoom = useSignal<Zoom>(fitted);
  const control = useRef<ZoomControl>(undefined);
  useLayoutEffect(() => {
    const pan = (right: number, down: number) => (): void => control.current?.pan(right * panShare, down * panShare);
    return handleKeys({
      zoomIn: () => control.current?.step(1),
      zoomOut: () => control.current?.step(-1),
      zoomFit: () => control.current?.toggle(),
      next: pan(1, 0),
      previous: pan(-1, 0),
      panUp: pan(0, -1),
      panDown: pan(0, 1),
    });
  }, []);
  return (
    <div class="absolute inset-0 grid grid-cols-2 gap-1 max-sm:grid-cols-1 max-sm:grid-rows-2">
      <Pane work={a} zoom={zoom} place="left" onControl={(made) => (control.current = made)} />
      <Pane work={b} zoom={zoom} place="right" />
    </div>
  );
}

interface PaneProps {
  work: FullWork;
  zoom: Signal<Zoom>;
  place: 'left' | 'right';
  onControl?: (control: ZoomControl) => void;
}

function Pane({ work, zoom, place, onControl }: PaneProps) {
  const stage = useRef<HTMLDivElement>(null);
  const control = useZoom(stage, work, noSwipes, zoom);
  const picture = usePicture(work);
  useEffect(() => onControl?.(control));
  return (
    <div class="relative min-h-0 min-w-0 overflow-hidden bg-sunken">
      <div ref={stage} class="absolute inset-0 touch-none select-none">
        <Picture work={work} alt={altOf(work)} picture={picture} control={control} />
      </div>
      <NameTag name={work.name} place={place} />
    </div>
  );
}
