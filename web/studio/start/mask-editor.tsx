import { useSignal } from '@preact/signals';
import type { TargetedPointerEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button, IconButton } from '../../parts/button.tsx';
import { tell } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { drawMask, type MaskStep, redo, undo, withStep } from './mask.ts';
import { RectangleFields } from './rectangle-fields.tsx';
import { mask, type StartPicture } from './start-picture.ts';

type Stroke = Extract<MaskStep, { kind: 'stroke' }>;
/** Of the longer edge of the picture. */
const sizes = { least: 0.01, most: 0.5, usual: 0.12 };

const take = (step: MaskStep): void => {
  mask.value = withStep(mask.value, step);
};

/** What of the start picture is repainted: by brush, by rectangle, or from a file. */
export function MaskEditor({ start }: { start: StartPicture }) {
  const share = useSignal(sizes.usual);
  const isErasing = useSignal(false);
  return (
    <div class="flex flex-col gap-2">
      <h3 class="text-sm font-medium">{t('studio.mask')}</h3>
      <Canvas start={start} size={share.value * Math.max(start.width, start.height)} isErasing={isErasing.value} />
      <div class="flex flex-wrap items-center gap-1">
        <IconButton
          icon="brush"
          label={t('studio.maskPaint')}
          isPressed={!isErasing.value}
          onClick={() => {
            isErasing.value = false;
          }}
        />
        <IconButton
          icon="eraser"
          label={t('studio.maskErase')}
          isPressed={isErasing.value}
          onClick={() => {
            isErasing.value = true;
          }}
        />
        <label class="flex min-w-28 flex-1 items-center gap-2 px-1 text-xs">
          {t('studio.brushSize')}
          <input
            type="range"
            min={sizes.least}
            max={sizes.most}
            step={0.01}
            class="min-h-6 min-w-16 flex-1 accent-accent"
            value={share.value}
            onInput={(event) => {
              share.value = Number(event.currentTarget.value);
            }}
          />
        </label>
        <IconButton
          icon="undo"
          label={t('studio.maskUndo')}
          onClick={() => {
            mask.value = undo(mask.value);
          }}
        />
        <IconButton
          icon="redo"
          label={t('studio.maskRedo')}
          onClick={() => {
            mask.value = redo(mask.value);
          }}
        />
      </div>
      <MaskButtons />
      <RectangleFields start={start} isErasing={isErasing.value} onAdd={take} />
      <p class="text-xs text-muted" aria-live="polite">
        {mask.value.done.length === 0 ? t('studio.maskNone') : t('studio.maskSteps', { n: mask.value.done.length })}
      </p>
    </div>
  );
}

function MaskButtons() {
  const file = useRef<HTMLInputElement>(null);
  const upload = (files: FileList | null): void => {
    const [given] = files ?? [];
    if (!given) return;
    createImageBitmap(given).then(
      (picture) => take({ kind: 'picture', picture }),
      () => tell(t('studio.noPicture', { name: given.name }), { kind: 'error' }),
    );
  };
  return (
    <div class="flex flex-wrap gap-2">
      <Button onClick={() => take({ kind: 'all' })}>{t('studio.maskAll')}</Button>
      <Button onClick={() => take({ kind: 'invert' })}>{t('studio.maskInvert')}</Button>
      <Button onClick={() => take({ kind: 'clear' })}>{t('studio.maskClear')}</Button>
      <Button onClick={() => file.current?.click()}>{t('studio.maskFile')}</Button>
      <input
        ref={file}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        class="sr-only"
        tabIndex={-1}
        aria-label={t('studio.maskFile')}
        onChange={(event) => {
          upload(event.currentTarget.files);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

/** The picture, and the mask over it as a veil. */
function Canvas({ start, size, isErasing }: { start: StartPicture; size: number; isErasing: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const stroke = useRef<Stroke | undefined>(undefined);
  const { width, height, address } = start;
  const steps = mask.value;
  useEffect(() => {
    if (canvas.current) drawMask(canvas.current, steps);
  }, [steps, width, height]);

  const pointOf = ({ currentTarget, clientX, clientY }: TargetedPointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = currentTarget.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * width, ((clientY - box.top) / box.height) * height];
  };
  const draw = (): void => {
    if (canvas.current && stroke.current) drawMask(canvas.current, withStep(mask.peek(), stroke.current));
  };
  const begin = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    stroke.current = { kind: 'stroke', points: [pointOf(event)], size, isErasing };
    draw();
  };
  const move = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (!stroke.current) return;
    stroke.current = { ...stroke.current, points: [...stroke.current.points, pointOf(event)] };
    draw();
  };
  const end = (): void => {
    if (stroke.current) take(stroke.current);
    stroke.current = undefined;
  };
  return (
    <div class="relative overflow-hidden rounded bg-sunken">
      <img src={address} alt={t('studio.startAlt')} width={width} height={height} class="block w-full select-none" draggable={false} />
      <canvas
        ref={canvas}
        width={width}
        height={height}
        role="img"
        aria-label={t('studio.maskCanvas')}
        class="absolute inset-0 h-full w-full cursor-crosshair touch-none opacity-60"
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
      />
    </div>
  );
}
