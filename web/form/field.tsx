import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';

/** Look of a text field, a number field or a select. */
export const fieldLook = 'min-h-9 w-full rounded-md border border-line bg-paper px-2 py-1 text-sm font-normal';

interface FieldProps {
  label: string;
  hint?: string | undefined;
  /** Draws the control with the id of the label and that of the hint. */
  children: (ids: { id: string; 'aria-describedby': string | undefined }) => ComponentChildren;
}

/** A labelled control with a hint below. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  return (
    <div class="flex min-w-0 flex-col gap-1">
      <label for={id} class="text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': hint === undefined ? undefined : `${id}-hint` })}
      {hint !== undefined && (
        <p id={`${id}-hint`} class="text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

interface InputFieldProps {
  label: string;
  hint?: string | undefined;
  type?: 'text' | 'number' | 'time' | 'datetime-local';
  value: string;
  onInput: (value: string) => void;
  isRequired?: boolean;
  min?: number | undefined;
  max?: number | undefined;
  step?: number | 'any';
  maxLength?: number;
  placeholder?: string;
}

/** A field of one line. */
export function InputField({ label, hint, type = 'text', onInput, isRequired = false, ...rest }: InputFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(ids) => {
        const given = { ...ids, ...rest, type, required: isRequired, class: fieldLook, dir: 'auto' };
        // The types of Preact know each type of input apart; here it is a value.
        return <input {...(given as InputHTMLAttributes<HTMLInputElement>)} onInput={(event) => onInput(event.currentTarget.value)} />;
      }}
    </Field>
  );
}
