import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { type FullWork, pictureOf, thumbnailOf } from '../api/works.ts';
import { altOf } from '../gallery/tile.tsx';
import { handleKeys } from '../keys/listen.ts';
import { goBack, hrefOf, place, setQuery } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { t } from '../texts/text.ts';
import { useWork } from '../work/use-work.ts';
import { differenceText } from './difference-text.ts';
import { Differences } from './differences.tsx';
import { Flicker } from './flicker.tsx';
import { comparePictures } from './pixels.ts';
import { SideBySide } from './side-by-side.tsx';
import { type Side, Slider } from './slider.tsx';
import { WorkPicker } from './work-picker.tsx';

const modes = ['slider', 'side', 'flicker'] as const;
type Mode = (typeof modes)[number];

/** Two works: their pictures over or beside each other, and how their recipes differ. The address is `/compare?a=ID&b=ID&mode=side`. */
export function ComparePage() {
  const { a = '', b = '', mode: given } = place.value.query;
  const mode = modes.find((one) => one === given) ?? 'slider';
  const [chosen, setChosen] = useState<'a' | 'b' | undefined>(undefined);
  const setMode = (next: Mode): void => setQuery({ mode: next === 'slider' ? undefined : next }, { replace: true });
  const swap = (): void => setQuery({ a: b, b: a }, { replace: true });
  useLayoutEffect(() =>
    handleKeys({
      compareMode: () => setMode(modes[(modes.indexOf(mode) + 1) % modes.length] ?? 'slider'),
      compareSwap: swap,
      close: () => (chosen === undefined ? goBack(hrefOf('')) : setChosen(undefined)),
    }),
  );
  const choosing = chosen ?? (a === '' ? 'a' : b === '' ? 'b' : undefined);
  return (
    <div class="flex min-h-full flex-col">
      <header class="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2">
        <h1 class="font-semibold max-sm:mr-auto">{t('compare.title')}</h1>
        <Modes mode={mode} onChange={setMode} />
        {a !== '' && b !== '' && <Button onClick={swap}>{t('compare.swap')}</Button>}
      </header>
      {choosing !== undefined && (
        <WorkPicker
          title={t(choosing === 'a' ? 'compare.first' : 'compare.second')}
          without={choosing === 'a' ? b : a}
          onChoose={(id) => {
            setChosen(undefined);
            setQuery({ [choosing]: id }, { replace: true });
          }}
          onCancel={chosen === undefined ? undefined : () => setChosen(undefined)}
        />
      )}
      {choosing === undefined && <Pair key={`${a} ${b}`} a={a} b={b} mode={mode} onOther={setChosen} />}
    </div>
  );
}

function Modes({ mode, onChange }: { mode: Mode; onChange: (mode: Mode) => void }) {
  return (
    <fieldset class="flex overflow-hidden rounded-md border border-line text-sm max-sm:order-last" aria-label={t('compare.mode')}>
      {modes.map((one) => (
        <label
          key={one}
          class="has-checked:bg-accent has-checked:text-on-accent has-focus-visible:outline-3 flex min-h-9 cursor-pointer items-center px-3"
        >
          <input type="radio" name="mode" class="sr-only" checked={mode === one} onChange={() => onChange(one)} />
          {t(`compare.${one}`)}
        </label>
      ))}
    </fieldset>
  );
}

interface PairProps {
  a: string;
  b: string;
  mode: Mode;
  onOther: (which: 'a' | 'b') => void;
}

const sideOf = (work: FullWork): Side => ({
  address: Math.max(work.width, work.height) > 1280 ? thumbnailOf(work, 1280) : pictureOf(work),
  alt: altOf(work),
  name: work.name,
});

function Pair({ a, b, mode, onOther }: PairProps) {
  const [one, other] = [useWork(a), useWork(b)];
  if (one.error ?? other.error)
    return (
      <p role="alert" class="p-8">
        {(one.error ?? other.error)?.status === 404 ? t('work.notFound') : (one.error ?? other.error)?.message}
      </p>
    );
  if (!one.work || !other.work) return <p class="p-8 text-muted">{t('common.loading')}</p>;
  const [left, right] = [one.work, other.work];
  return (
    <>
      <div class="grid grid-cols-2 gap-4 px-4 py-2 text-sm">
        <Name work={left} label={t('compare.first')} onOther={() => onOther('a')} />
        <Name work={right} label={t('compare.second')} onOther={() => onOther('b')} />
      </div>
      <div class="relative h-[62dvh] shrink-0">
        {mode === 'slider' && <Slider a={sideOf(left)} b={sideOf(right)} />}
        {mode === 'side' && <SideBySide a={left} b={right} />}
        {mode === 'flicker' && <Flicker a={sideOf(left)} b={sideOf(right)} />}
      </div>
      <div class="mx-auto w-full max-w-5xl p-4 pb-24">
        <Pixels a={left} b={right} />
        <Differences a={left} b={right} />
      </div>
    </>
  );
}

function Name({ work, label, onOther }: { work: FullWork; label: string; onOther: () => void }) {
  return (
    <div class="flex min-w-0 flex-wrap items-center gap-2">
      <span class="text-muted max-sm:sr-only">{label}</span>
      <a class="min-w-0 truncate font-medium underline" dir="auto" href={hrefOf(`works/${work.id}`)}>
        {work.name}
      </a>
      <Button onClick={onOther}>{t('compare.chooseOther')}</Button>
    </div>
  );
}

/** How many pixels differ; only where the pictures have one size. */
function Pixels({ a, b }: { a: FullWork; b: FullWork }) {
  const [text, setText] = useState('');
  const isOneSize = a.width === b.width && a.height === b.height;
  useEffect(() => {
    if (!isOneSize) return;
    let isOver = false;
    comparePictures(pictureOf(a), pictureOf(b)).then(
      (compared) => {
        if (!isOver) setText(differenceText(compared));
      },
      () => undefined, // a picture that is gone: the place of the picture says it
    );
    return () => {
      isOver = true;
    };
  }, [a.version, b.version]);
  return (
    <p role="status" class="mb-4 text-sm">
      {text}
    </p>
  );
}
