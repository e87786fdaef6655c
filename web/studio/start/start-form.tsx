import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button, IconButton } from '../../parts/button.tsx';
import { tell } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { draft, setOption } from '../form/draft.ts';
import { MaskEditor } from './mask-editor.tsx';
import { askForStart, awaited, guides, removeStart, startPicture, startWithFile } from './start-picture.ts';
import { WorkChooser } from './work-chooser.tsx';

const formats = 'image/png,image/jpeg,image/webp,image/avif';

function take(files: FileList | null | undefined): void {
  const file = [...(files ?? [])].find(({ type }) => type.startsWith('image/'));
  if (file) startWithFile(file).catch(() => tell(t('studio.noPicture', { name: file.name }), { kind: 'error' }));
}

/** Takes a picture that is pasted, wherever on the page. */
function usePaste(): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      if ((event.clipboardData?.files.length ?? 0) === 0 || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      take(event.clipboardData?.files);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, []);
}

/** The start picture: a file, a work, dropped or pasted; how much of it is repainted, and where. */
export function StartForm() {
  usePaste();
  const heading = useId();
  const file = useRef<HTMLInputElement>(null);
  const isChoosing = useSignal(false);
  const isOver = useSignal(false);
  const start = startPicture.value;
  return (
    <section
      aria-labelledby={heading}
      class={`flex flex-col gap-3 rounded-md border p-3 ${isOver.value ? 'border-accent bg-sunken' : 'border-line'}`}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        take(event.dataTransfer?.files);
      }}
    >
      <h2 id={heading} class="text-sm font-semibold">
        {t('studio.start')}
      </h2>
      <input
        ref={file}
        type="file"
        accept={formats}
        class="sr-only"
        tabIndex={-1}
        aria-label={t('studio.startFile')}
        onChange={(event) => {
          take(event.currentTarget.files);
          event.currentTarget.value = '';
        }}
      />
      <div class="flex flex-wrap items-center gap-2">
        <Button onClick={() => file.current?.click()}>{t('studio.startFile')}</Button>
        <Button
          onClick={() => {
            isChoosing.value = true;
          }}
        >
          {t('studio.startWork')}
        </Button>
        {start && <IconButton icon="cross" label={t('studio.startRemove')} onClick={removeStart} />}
        {!start && <span class="text-xs text-muted max-sm:hidden">{t('studio.startHint')}</span>}
      </div>
      {isChoosing.value && (
        <WorkChooser
          onClose={() => {
            isChoosing.value = false;
          }}
        />
      )}
      <Awaited />
      {start && <Strength />}
      {start && <MaskEditor key={start.address} start={start} />}
      <Guides />
    </section>
  );
}

/** Says that the start picture is still to come, and offers to go without it. */
function Awaited() {
  const { value } = awaited;
  return (
    <div role="status" class={value ? 'flex flex-col gap-2 rounded-md bg-sunken p-2 text-sm' : undefined}>
      {value && (
        <>
          <p>{t(value.reason === undefined ? 'studio.startAwaited' : 'studio.startRefused')}</p>
          {value.reason !== undefined && <p dir="auto">{value.reason}</p>}
          <div class="flex flex-wrap gap-2">
            <Button onClick={askForStart}>{t('common.retry')}</Button>
            <Button onClick={removeStart}>{t('studio.startRemove')}</Button>
          </div>
        </>
      )}
    </div>
  );
}

const usualStrength = 0.75;

function Strength() {
  const id = useId();
  const value = draft.value.options['denoisingStrength'];
  const shown = typeof value === 'number' ? value : usualStrength;
  return (
    <div class="flex flex-col gap-1">
      <div class="flex items-center justify-between text-sm">
        <label for={id} class="font-medium">
          {t('studio.strength')}
        </label>
        <output class="text-muted">{Math.round(shown * 100)} %</output>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.05}
        class="min-h-6 w-full accent-accent"
        value={shown}
        aria-describedby={`${id}-help`}
        onInput={(event) => setOption('denoisingStrength', Number(event.currentTarget.value))}
      />
      <p id={`${id}-help`} class="text-xs text-muted">
        {t('studio.strengthHelp')}
      </p>
    </div>
  );
}

/** Pictures that only some models take. */
function Guides() {
  const { controlImage, referenceImages } = guides.value;
  const given = [...(controlImage ? [controlImage] : []), ...(referenceImages ?? [])];
  return (
    <details class="text-sm">
      <summary class="min-h-8 cursor-pointer text-muted">
        {t('studio.guides')} {given.length > 0 && <span class="text-accent">{given.length}</span>}
      </summary>
      <div class="flex flex-col gap-3 pt-2">
        <label class="flex flex-col gap-1 font-medium">
          {t('studio.referenceImages')}
          <input
            type="file"
            multiple
            accept={formats}
            class="text-xs font-normal"
            onChange={({ currentTarget: { files } }) => {
              guides.value = { ...guides.value, referenceImages: [...(files ?? [])] };
            }}
          />
        </label>
        <label class="flex flex-col gap-1 font-medium">
          {t('studio.controlImage')}
          <input
            type="file"
            accept={formats}
            class="text-xs font-normal"
            onChange={({ currentTarget: { files } }) => {
              const { controlImage: _, ...others } = guides.value;
              guides.value = files?.[0] ? { ...others, controlImage: files[0] } : others;
            }}
          />
        </label>
      </div>
    </details>
  );
}
