import { useId } from 'preact/hooks';
import { fieldLook } from '../../form/field.tsx';
import { t } from '../../texts/text.ts';

/** Licences that permit training and are often met; others can be typed. */
const common = ['own', 'permission', 'public-domain', 'CC0-1.0', 'CC-BY-4.0', 'CC-BY-SA-4.0', 'CC-BY-NC-4.0', 'MIT', 'Apache-2.0'];

interface LicenceFieldProps {
  label: string;
  /** Hides the label from view, where the place says it. */
  isLabelHidden?: boolean;
  value: string;
  placeholder?: string;
  onChange: (licence: string) => void;
}

/** A licence: own, permission or an SPDX id. */
export function LicenceField({ label, isLabelHidden = false, value, placeholder, onChange }: LicenceFieldProps) {
  const list = useId();
  return (
    <label class="flex min-w-0 flex-col gap-1 text-sm font-medium">
      <span class={isLabelHidden ? 'sr-only' : ''}>{label}</span>
      <input
        type="text"
        list={list}
        class={fieldLook}
        key={value}
        defaultValue={value}
        placeholder={placeholder ?? t('training.licencePlaceholder')}
        autocomplete="off"
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
      <datalist id={list}>
        {common.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </label>
  );
}
