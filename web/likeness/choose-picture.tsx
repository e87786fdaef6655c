import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { hrefOf, navigate, place } from '../navigate/router.ts';
import { IconButton, type TriggerProps } from '../parts/button.tsx';
import { tell } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { choosePicture, pictureTypes } from './chosen-picture.ts';

/** Shows the works like a picture. Conditions of the query stay. */
function lookFor(file: File): void {
  const chosen = choosePicture(file);
  if ('refused' in chosen) return tell(t(chosen.refused === 'type' ? 'like.wrongType' : 'like.tooLarge'), { kind: 'error' });
  const { q } = place.peek().query;
  navigate(hrefOf('', { q, likepicture: chosen.key }));
}

interface ChoosePictureProps {
  /** How the button looks. Default: its icon alone. */
  Trigger?: ComponentType<TriggerProps>;
  onChosen?: () => void;
}

/** A button that asks for a picture. */
export function ChoosePicture({ Trigger = IconButton, onChosen }: ChoosePictureProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={pictureTypes.join(',')}
        class="hidden"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          if (!file) return;
          onChosen?.();
          lookFor(file);
        }}
      />
      <Trigger icon="picture" label={t('like.choose')} onClick={() => input.current?.click()} />
    </>
  );
}

const hasFile = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

/** Takes pictures that are dropped anywhere on the gallery, or pasted. */
export function DropZone() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file) lookFor(file);
    };
    const paste = ({ clipboardData }: ClipboardEvent): void => {
      const [file] = clipboardData?.files ?? [];
      if (file) lookFor(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  if (!isOver) return null;
  return (
    <div class="pointer-events-none absolute inset-2 z-40 grid place-items-center rounded-xl border-4 border-dashed border-accent bg-paper/85">
      <p class="text-lg font-medium">{t('like.drop')}</p>
    </div>
  );
}
