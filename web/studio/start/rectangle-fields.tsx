import { useSignal } from '@preact/signals';
import { fieldLook } from '../../form/field.tsx';
import { Button } from '../../parts/button.tsx';
import { t } from '../../texts/text.ts';
import type { MaskStep } from './mask.ts';
import type { StartPicture } from './start-picture.ts';

type Edge = 'left' | 'top' | 'width' | 'height';

interface RectangleFieldsProps {
  start: StartPicture;
  isErasing: boolean;
  onAdd: (step: MaskStep) => void;
}

/** Masks a rectangle without a pointer. */
export function RectangleFields({ start: { width, height }, isErasing, onAdd }: RectangleFieldsProps) {
  const values = useSignal({
    left: Math.round(width / 4),
    top: Math.round(height / 4),
    width: Math.round(width / 2),
    height: Math.round(height / 2),
  });
  const field = (name: Edge, most: number) => (
    <label class="flex min-w-0 flex-col gap-1 text-xs">
      {t(`studio.rectangle.${name}`)}
      <input
        type="number"
        inputMode="numeric"
        class={fieldLook}
        min={name === 'left' || name === 'top' ? 0 : 1}
        max={most}
        required
        value={values.value[name]}
        onInput={(event) => {
          values.value = { ...values.value, [name]: Number(event.currentTarget.value) };
        }}
      />
    </label>
  );
  const add = (event: Event): void => {
    event.preventDefault();
    onAdd({ kind: 'rectangle', ...values.value, isErasing });
  };
  return (
    <details class="text-sm">
      <summary class="min-h-8 cursor-pointer text-muted">{t('studio.rectangle')}</summary>
      <form class="flex flex-col gap-2 pt-1" onSubmit={add}>
        <div class="grid grid-cols-4 gap-2">
          {field('left', width)}
          {field('top', height)}
          {field('width', width)}
          {field('height', height)}
        </div>
        <div>
          <Button type="submit">{t(isErasing ? 'studio.rectangleErase' : 'studio.rectangleAdd')}</Button>
        </div>
      </form>
    </details>
  );
}
