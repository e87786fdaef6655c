import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../texts/text.ts';

export interface Side {
  address: string;
  alt: string;
  name: string;
}

/** Two pictures on each other: what is left of the line is of the first, what is right of it of the second. Keys move the line too. */
export function Slider({ a, b }: { a: Side; b: Side }) {
  const [at, setAt] = useState(50);
  const line = useRef<HTMLInputElement>(null);
  // Where there may be keys they move the line at once; what has the focus already keeps it.
  useLayoutEffect(() => {
    if (document.activeElement === document.body && matchMedia('(hover: hover)').matches) line.current?.focus({ preventScroll: true });
  }, []);
  const picture = 'absolute inset-0 h-full w-full object-contain';
  return (
    <div class="absolute inset-0 overflow-hidden bg-sunken">
      <img src={b.address} alt={b.alt} class={picture} draggable={false} />
      <img src={a.address} alt={a.alt} class={picture} draggable={false} style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }} />
      <div
        class="pointer-events-none absolute inset-y-0 w-0.5 bg-white shadow-[0_0_4px_#000]"
        style={{ left: `${at}%` }}
        aria-hidden="true"
      >
        <span class="absolute top-1/2 left-1/2 grid size-9 -translate-1/2 place-items-center rounded-full bg-white text-black shadow">
          ⇔
        </span>
      </div>
      <NameTag place="left" name={a.name} />
      <NameTag place="right" name={b.name} />
      <input
        ref={line}
        type="range"
        min={0}
        max={100}
        step={0.5}
        value={at}
        aria-label={t('compare.line')}
        aria-valuetext={t('compare.lineAt', { n: Math.round(at) })}
        class="peer absolute inset-0 h-full w-full cursor-ew-resize touch-pan-y opacity-0"
        onInput={(event) => setAt(Number(event.currentTarget.value))}
      />
      <div class="pointer-events-none absolute inset-0 peer-focus-visible:outline-3 peer-focus-visible:-outline-offset-3 peer-focus-visible:outline-accent" />
    </div>
  );
}

export function NameTag({ name, place }: { name: string; place: 'left' | 'right' }) {
  return (
    <span
      dir="auto"
      class={`pointer-events-none absolute bottom-2 max-w-[45%] truncate rounded bg-black/70 px-2 py-0.5 text-xs text-white ${place === 'left' ? 'left-2' : 'right-2'}`}
    >
      {name}
    </span>
  );
}
