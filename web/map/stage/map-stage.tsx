import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { handleKeys } from '../../keys/listen.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { IconButton } from '../../parts/button.tsx';
import { useSize } from '../../parts/use-size.ts';
import { t } from '../../texts/text.ts';
import type { Classes } from '../colours/classes.ts';
import type { Bright } from '../colours/look.ts';
import { radiusOf } from '../points/paint.ts';
import type { PointGrid } from '../points/point-grid.ts';
import { boxOf, type Size, scaleOf } from '../view.ts';
import { NearList } from './near-list.tsx';
import { edgeFor, PictureLayer } from './picture-layer.tsx';
import { PointLayer } from './point-layer.tsx';
import { usePointing } from './use-pointing.ts';
import { useView, type ViewControl } from './use-view.ts';
import { WorkCard } from './work-card.tsx';

/** Works of the list beside the map. */
const mostNear = 20;
/** Works in view up to which they are shown as pictures. */
const mostPictures = 60;
/** CSS pixels around a point that belong to it. */
const reach = { mouse: 10, touch: 22 };

/** The work that is pointed at, and by what. */
type Pointed = { index: number; by: 'mouse' | 'touch' | 'list' } | undefined;

interface MapStageProps {
  grid: PointGrid;
  classes: Classes | undefined;
  bright: Bright;
}

export function MapStage({ grid, classes, bright }: MapStageProps) {
  const stage = useRef<HTMLDivElement>(null);
  const size = useSize(stage);
  const control = useView(grid, size);
  const { view, rested } = control;
  const [pointed, point] = useState<Pointed>();
  const inView = useMemo(() => {
    const seen = grid.inBox(boxOf(rested, scaleOf(rested, grid.bounds, size), size), mostPictures);
    return size.width === 0 ? { count: 0, nearest: [] } : seen;
  }, [grid, rested, size.width, size.height]);
  const hasPictures = inView.count > 0 && inView.count <= mostPictures;
  const edge = edgeFor(inView.count, size);
  useStagePointing(stage, { grid, control, size, point, around: hasPictures ? edge / 2 : radiusOf(grid.points.count, view.zoom) });
  useMapKeys(control, size, () => point(undefined));
  const near = useMemo(() => inView.nearest.slice(0, mostNear).map((index) => grid.points.idAt(index)), [inView]);
  const scale = scaleOf(view, grid.bounds, size);
  return (
    <div class="flex min-h-0 flex-1 flex-col">
      <div
        ref={stage}
        class="relative min-h-0 flex-1 cursor-crosshair touch-none overflow-hidden select-none"
        role="application"
        aria-label={t('map.stage')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys of the map work from here; the works are in the list below
        tabIndex={0}
        data-stage
      >
        {size.width > 0 && <PointLayer grid={grid} view={view} size={size} classes={classes} bright={bright} />}
        {hasPictures && <PictureLayer grid={grid} view={view} rested={rested} size={size} indices={inView.nearest} edge={edge} />}
        {pointed && size.width > 0 && (
          <WorkCard
            id={grid.points.idAt(pointed.index)}
            left={size.width / 2 + ((grid.points.x[pointed.index] as number) - view.x) * scale}
            top={size.height / 2 - ((grid.points.y[pointed.index] as number) - view.y) * scale}
            size={size}
            isLink={pointed.by === 'touch'}
          />
        )}
        <ZoomButtons control={control} />
      </div>
      <NearList
        ids={near}
        total={inView.count}
        onPoint={(id) => {
          const index = id === undefined ? undefined : inView.nearest[near.indexOf(id)];
          point(index === undefined ? undefined : { index, by: 'list' });
        }}
      />
    </div>
  );
}

function ZoomButtons({ control }: { control: ViewControl }) {
  return (
    <div class="absolute right-2 bottom-2 flex flex-col rounded-lg border border-line bg-raised shadow-lg">
      <IconButton icon="plus" label={t('map.closer')} onClick={() => control.zoom(zoomStep)} />
      <IconButton icon="minus" label={t('map.farther')} onClick={() => control.zoom(1 / zoomStep)} />
      <IconButton icon="full" label={t('map.whole')} isDisabled={control.isWhole} onClick={control.showWhole} />
    </div>
  );
}

interface StagePointing {
  grid: PointGrid;
  control: ViewControl;
  size: Size;
  /** Radius of what stands for a work, CSS pixels. */
  around: number;
  point: (pointed: Pointed) => void;
}

function useStagePointing(stage: { current: HTMLElement | null }, { grid, control, size, around, point }: StagePointing): void {
  const nearestTo = ({ x, y }: { x: number; y: number }, by: 'mouse' | 'touch'): number | undefined => {
    const { view } = control;
    const scale = scaleOf(view, grid.bounds, size);
    return grid.nearest(view.x + x / scale, view.y - y / scale, Math.max(around, reach[by]) / scale);
  };
  usePointing(stage, {
    move: (dx, dy) => {
      point(undefined);
      control.move(dx, dy);
    },
    zoom: (factor, at) => {
      point(undefined);
      control.zoom(factor, at);
    },
    hover: (at) => {
      const index = at && nearestTo(at, 'mouse');
      point(index === undefined ? undefined : { index, by: 'mouse' });
    },
    tap: (at, isTouch) => {
      const index = nearestTo(at, isTouch ? 'touch' : 'mouse');
      if (index === undefined || isTouch) return point(index === undefined ? undefined : { index, by: 'touch' });
      control.keep();
      navigate(hrefOf(`works/${grid.points.idAt(index)}`));
    },
  });
}

const zoomStep = 1.6;
/** Share of the stage that an arrow key moves the map. */
const panShare = 0.15;

function useMapKeys(control: ViewControl, { width, height }: Size, forget: () => void): void {
  useLayoutEffect(() =>
    handleKeys({
      mapMove: (key) => {
        const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
        control.move(-(right ?? 0) * panShare * width, -(down ?? 0) * panShare * height);
      },
      zoomIn: () => control.zoom(zoomStep),
      zoomOut: () => control.zoom(1 / zoomStep),
      mapWhole: control.showWhole,
      close: forget,
    }),
  );
}
