import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: 'plain' | 'main' | 'danger';
  type?: 'button' | 'submit';
  isDisabled?: boolean;
  /** By what name other parts of the page find it, as `data-reveal`. */
  reveal?: string;
}

const looks = {
  plain: 'border border-line bg-raised text-ink hover:bg-sunken',
  main: 'bg-accent text-on-accent hover:opacity-90',
  danger: 'border border-bad text-bad hover:bg-sunken',
};

const shape = 'inline-flex min-h-9 items-center gap-2 rounded-md px-3 py-1 text-sm font-medium disabled:opacity-50';
/** Of a link that is the main thing to do. */
export const mainLook = `${shape} ${looks.main}`;

export function Button({ children, onClick, kind = 'plain', type = 'button', isDisabled = false, reveal }: ButtonProps) {
  const isOnce = type === 'submit' || kind !== 'plain';
  return (
    <button
      type={type}
      class={`${shape} ${looks[kind]}`}
      onClick={(event) => {
        // The second click of a double click would send, paint or delete again.
        if (isOnce && event.detail > 1) event.preventDefault();
        else onClick?.();
      }}
      disabled={isDisabled}
      data-reveal={reveal}
    >
      {children}
    </button>
  );
}

/** Icons that are filled while their button is pressed; of others only the colour changes. */
const solid: ReadonlySet<IconName> = new Set(['heart', 'star']);

/** What every button that starts something is given, however it looks. */
export interface TriggerProps {
  icon: IconName;
  label: string;
  onClick?: () => void;
}

interface IconButtonProps extends TriggerProps {
  isPressed?: boolean;
  isDisabled?: boolean;
  size?: number;
}

/** A button that shows only an icon; its label is for screen readers and the tooltip. */
export function IconButton({ icon, label, onClick, isPressed, isDisabled = false, size = 20 }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`inline-grid min-h-9 min-w-9 place-items-center rounded-md hover:bg-sunken disabled:opacity-40 ${isPressed ? 'text-accent' : ''}`}
      aria-label={label}
      aria-pressed={isPressed}
      title={label}
      disabled={isDisabled}
      onClick={onClick}
    >
      <Icon name={icon} size={size} filled={isPressed === true && solid.has(icon)} />
    </button>
  );
}

/** A button as a row of a list: icon and label. */
export function RowButton({ icon, label, onClick }: TriggerProps) {
  return (
    <button type="button" class={rowLook} onClick={onClick}>
      <Icon name={icon} size={18} />
      {label}
    </button>
  );
}

export const rowLook = 'flex min-h-11 w-full items-center gap-3 rounded-md px-2 text-left text-sm hover:bg-sunken';
