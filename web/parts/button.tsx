import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: 'plain' | 'main' | 'danger';
  type?: 'button' | 'submit';
  isDisabled?: boolean;
}

const looks = {
  plain: 'border border-line bg-raised text-ink hover:bg-sunken',
  main: 'bg-accent text-on-accent hover:opacity-90',
  danger: 'border border-bad text-bad hover:bg-sunken',
};

export function Button({ children, onClick, kind = 'plain', type = 'button', isDisabled = false }: ButtonProps) {
  const isOnce = type === 'submit' || kind !== 'plain';
  return (
    <button
      type={type}
      class={`inline-flex min-h-9 items-center gap-2 rounded-md px-3 py-1 text-sm font-medium disabled:opacity-50 ${looks[kind]}`}
      onClick={(event) => {
        // The second click of a double click would send, paint or delete again.
        if (isOnce && event.detail > 1) event.preventDefault();
        else onClick?.();
      }}
      disabled={isDisabled}
    >
      {children}
    </button>
  );
}

/** Icons that are filled while their button is pressed; of others only the colour changes. */
const solid: ReadonlySet<IconName> = new Set(['heart', 'star']);

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick?: () => void;
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
