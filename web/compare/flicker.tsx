import { useLayoutEffect, useState } from 'preact/hooks';
import { handleKeys } from '../keys/listen.ts';
import { t } from '../texts/text.ts';
import type { Side } from './slider.tsx';

/** One picture in the place of the other, as long as a key or the button is held: what differs moves. */
export function Flicker({ a, b }: { a: Side; b: Side }) {
  const [isSecond, setSecond] = useState(false);
  useLayoutEffect(() => {
    const stop = handleKeys({ compareHold: () => setSecond(true) });
    const release = (): void => setSecond(false);
    document.addEventListener('keyup', release);
    addEventListener('blur', release);
    return () => {
      stop();
      document.removeEventListener('keyup', release);
      removeEventListener('blur', release);
    };
  }, []);
  const hold = (isHeld: boolean) => (): void => setSecond(isHeld);
  return (
    <div class="absolute inset-0 flex flex-col bg-sunken">
      <div
        class="relative min-h-0 flex-1 touch-none select-none"
        onPointerDown={hold(true)}
        onPointerUp={hold(false)}
        onPointerCancel={hold(false)}
      >
        {[a, b].map((side, index) => (
          <img
            key={side.address}
            src={side.address}
            alt={side.alt}
            draggable={false}
            class={`absolute inset-0 h-full w-full object-contain ${(index === 1) === isSecond ? '' : 'invisible'}`}
          />
        ))}
      </div>
      <div class="flex items-center justify-center gap-3 p-2 text-sm">
        <button
          type="button"
          class="min-h-9 rounded-md border border-line bg-raised px-3 font-medium"
          aria-pressed={isSecond}
          onPointerDown={hold(true)}
          onPointerUp={hold(false)}
          onPointerLeave={hold(false)}
          onKeyDown={(event) => {
            if (event.key === ' ' || event.key === 'Enter') setSecond(true);
          }}
        >
          {t('compare.hold')}
        </button>
        <span role="status" class="max-w-64 truncate text-muted" dir="auto">
          {t('compare.shown', { name: (isSecond ? b : a).name })}
        </span>
      </div>
    </div>
  );
}
