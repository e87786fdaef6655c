import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';

interface ConfirmedButtonProps {
  label: string;
  /** With what it is about: for screen readers, and for the dialog. */
  title: string;
  hint: string;
  onConfirm: () => void;
}

/** A button for what cannot be undone: it asks before. */
export function ConfirmedButton({ label, title, hint, onConfirm }: ConfirmedButtonProps) {
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button kind="danger" onClick={() => setAsked(true)}>
        <span class="sr-only">{title}</span>
        <span aria-hidden="true">{label}</span>
      </Button>
      {isAsked && (
        <Dialog title={title} onClose={() => setAsked(false)}>
          <p class="mb-4 text-sm">{hint}</p>
          <Button
            kind="danger"
            onClick={() => {
              setAsked(false);
              onConfirm();
            }}
          >
            {label}
          </Button>
        </Dialog>
      )}
    </>
  );
}
