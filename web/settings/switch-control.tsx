import type { ControlProps } from '../form/option-control.tsx';
import { t } from '../texts/text.ts';

/** A switch: on, off, or as the default has it. */
export function SwitchControl({ row, value, onChange, attributes }: ControlProps) {
  const isOn = (value ?? row.default) === true;
  return (
    <button
      {...attributes}
      type="button"
      role="switch"
      aria-checked={isOn}
      class="flex min-h-9 items-center gap-2 self-start text-sm disabled:opacity-60"
      onClick={() => onChange(isOn === row.default ? !isOn : undefined)}
    >
      <span
        class={`flex h-6 w-11 items-center rounded-full border p-0.5 ${isOn ? 'justify-end border-accent bg-accent' : 'border-muted bg-sunken'}`}
      >
        <span class={`size-4 rounded-full ${isOn ? 'bg-on-accent' : 'bg-muted'}`} />
      </span>
      {t(isOn ? 'settings.on' : 'settings.off')}
    </button>
  );
}
