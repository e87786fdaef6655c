import { useRef, useState } from 'preact/hooks';
import { addPicture } from '../../api/training.ts';
import { Button } from '../../parts/button.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { t } from '../../texts/text.ts';

interface Progress {
  done: number;
  of: number;
  failed: { file: string; message: string }[];
}

/** Adds pictures by dropping or choosing them. Captions in .txt files of the same name come along. */
export function Upload({ name, onDone }: { name: string; onDone: () => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const [progress, setProgress] = useState<Progress | undefined>(undefined);
  const [isOver, setOver] = useState(false);
  const isBusy = progress !== undefined && progress.done < progress.of;

  const add = async (files: readonly File[]): Promise<void> => {
    const captions = new Map<string, string>();
    for (const file of files) if (file.name.endsWith('.txt')) captions.set(stemOf(file.name), await file.text());
    const pictures = files.filter(({ name: file }) => !file.endsWith('.txt'));
    const state: Progress = { done: 0, of: pictures.length, failed: [] };
    if (pictures.length === 0) return;
    setProgress({ ...state });
    for (const picture of pictures) {
      // One at a time: of many files, each that is refused is named, and the others are added.
      await addPicture(name, picture, captions.get(stemOf(picture.name))).catch((error: unknown) => {
        state.failed.push({ file: picture.name, message: error instanceof Error ? error.message : String(error) });
      });
      state.done += 1;
      setProgress({ ...state });
    }
    onDone();
  };
  const start = (files: FileList | null | undefined): void => {
    if (files && !isBusy) void add([...files]);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first
    <div
      class={`flex flex-col gap-2 rounded-lg border-2 border-dashed p-4 text-sm ${isOver ? 'border-accent bg-sunken' : 'border-line'}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        start(event.dataTransfer?.files);
      }}
    >
      <div class="flex flex-wrap items-center gap-3">
        <Button isDisabled={isBusy} onClick={() => chooser.current?.click()}>
          {t('training.choosePictures')}
        </Button>
        <span class="text-muted">{t('training.dropHint')}</span>
        <input
          ref={chooser}
          type="file"
          multiple
          accept="image/*,.txt"
          class="hidden"
          aria-label={t('training.choosePictures')}
          onChange={(event) => {
            start(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
      </div>
      {progress && (
        <div class="flex flex-col gap-1">
          {isBusy && <ProgressBar max={progress.of} value={progress.done} label={t('training.uploading')} />}
          <p role="status">{t('training.uploaded', { done: progress.done - progress.failed.length, of: progress.of })}</p>
          <ul>
            {progress.failed.map(({ file, message }) => (
              <li key={file} class="break-words text-bad" dir="auto">
                {file}: {message}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '');
