import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Button, IconButton } from '../parts/button.tsx';
import { px } from '../parts/px.ts';
import { isBoolean, readStored, store } from '../parts/storage.ts';
import { numberText, t } from '../texts/text.ts';
import type { ShownPicture } from './load-picture.ts';
import type { Drag, StageControl } from './zoom/use-stage.ts';
import type { ZoomControl } from './zoom/use-zoom.ts';

/** Whether enlarged pictures show their pixels as squares. */
export const isPixelated = signal(readStored('local', 'pixelated', isBoolean) ?? false);

/** What a stage shows: a work of the gallery, of a link, or of an exported site. */
export interface Staged {
  id: string;
  width: number;
  height: number;
}

interface StageProps extends StageControl {
  work: Staged | undefined;
  alt: string;
  picture: ShownPicture;
  onRetry?: () => void;
  /** Buttons and messages over the picture. */
  children?: ComponentChildren;
}

/** The picture of a work, as large as fits, and whatever closer the person looks. */
export function Stage({ stage, work, alt, picture, control, drag, onRetry = () => undefined, children }: StageProps) {
  return (
    <div class="relative min-h-0 min-w-0 flex-1 overflow-hidden bg-sunken">
      <div
        ref={stage}
        class={`absolute inset-0 touch-none select-none ${control.zoom.value.scale > 1 ? 'cursor-grab active:cursor-grabbing' : ''}`}
        aria-busy={work !== undefined && !picture.isWhole && picture.problem === undefined}
      >
        {work && <Picture work={work} alt={alt} picture={picture} control={control} drag={drag.value} />}
      </div>
      {picture.problem && <Lost problem={picture.problem} onRetry={onRetry} />}
      {work && control.sizes && picture.address && <ZoomBar work={work} control={control} />}
      {children}
    </div>
  );
}

interface PictureProps {
  work: Staged;
  alt: string;
  picture: ShownPicture;
  control: ZoomControl;
  drag?: Drag;
}

const atRest: Drag = { x: 0, y: 0 };

export function Picture({ work, alt, picture: { address }, control: { zoom, sizes }, drag = atRest }: PictureProps) {
  if (!sizes || !address) return null;
  const { scale, x, y } = zoom.value;
  const pull = Math.max(0, drag.y);
  return (
    <img
      key={work.id}
      data-picture
      src={address}
      alt={alt}
      draggable={false}
      fetchPriority="high"
      class={`absolute max-w-none ${isPixelated.value ? '[image-rendering:pixelated]' : ''}`}
      style={{
        width: px(sizes.fitWidth),
        height: px(sizes.fitHeight),
        left: px((sizes.width - sizes.fitWidth) / 2),
        top: px((sizes.height - sizes.fitHeight) / 2),
        transform: `translate(${x + drag.x}px, ${y + pull}px) scale(${scale * (1 - Math.min(0.4, pull / 1500))})`,
        opacity: String(1 - Math.min(0.6, pull / 500)),
      }}
    />
  );
}

/** From this size of a pixel on, how it is drawn is seen, CSS pixels. */
const visiblePixel = 1.9;

function ZoomBar({ work, control }: { work: Staged; control: ZoomControl }) {
  const { zoom, sizes } = control;
  if (!sizes) return null;
  const shown = (zoom.value.scale * sizes.fitWidth) / work.width;
  return (
    <fieldset
      aria-label={t('view.zoom')}
      class="absolute bottom-2 left-1/2 flex -translate-x-1/2 items-center rounded-lg border border-line bg-raised/90 px-1 text-sm shadow max-sm:hidden"
    >
      <IconButton icon="minus" label={t('keys.zoomOut')} onClick={() => control.step(-1)} size={18} />
      <button
        type="button"
        class="min-h-9 min-w-16 rounded tabular-nums hover:bg-sunken"
        title={t('keys.zoomFit')}
        onClick={control.toggle}
      >
        <span class="sr-only">{t('keys.zoomFit')}: </span>
        {t('view.percent', { n: numberText(shown * 100) })}
      </button>
      <IconButton icon="plus" label={t('keys.zoomIn')} onClick={() => control.step(1)} size={18} />
      {shown >= visiblePixel && (
        <IconButton
          icon="pixels"
          label={t('view.pixelated')}
          isPressed={isPixelated.value}
          size={18}
          onClick={() => {
            isPixelated.value = !isPixelated.value;
            store('local', 'pixelated', isPixelated.value);
          }}
        />
      )}
    </fieldset>
  );
}

/** The picture cannot be shown; what is known of the work still is. */
function Lost({ problem, onRetry }: { problem: NonNullable<ShownPicture['problem']>; onRetry: () => void }) {
  const isGone = problem.status === 404;
  const text =
    problem.code === 'ERR_OFFLINE' ? t('error.offline') : isGone ? t('view.pictureGone') : problem.message || t('view.pictureBroken');
  return (
    <div role="alert" class="absolute inset-0 m-auto flex h-fit max-w-md flex-col items-center gap-3 rounded-lg bg-raised p-5 text-center">
      <p>{text}</p>
      {isGone && <code class="rounded bg-sunken px-2 py-1 text-sm">ai-artist gallery verify</code>}
      <Button onClick={onRetry}>{t('common.retry')}</Button>
    </div>
  );
}
