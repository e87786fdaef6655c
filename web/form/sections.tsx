import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface SectionsProps {
  label: string;
  items: readonly { href: string; label: string; isShown: boolean }[];
}

/** Links to the sections of a page, each of which has an address. */
export function Sections({ label, items }: SectionsProps) {
  const bar = useRef<HTMLElement>(null);
  const shown = items.find(({ isShown }) => isShown)?.href;
  // On phones the bar is wider than the screen.
  useEffect(() => {
    const { current } = bar;
    const link = current?.querySelector<HTMLElement>('[aria-current]');
    if (current && link) current.scrollLeft = link.offsetLeft - (current.clientWidth - link.offsetWidth) / 2;
  }, [shown]);
  return (
    <nav ref={bar} aria-label={label} class="relative flex gap-1 overflow-x-auto border-b border-line px-4 md:px-6">
      {items.map(({ href, label: name, isShown }) => (
        <a
          key={href}
          href={href}
          aria-current={isShown ? 'page' : undefined}
          class={`-mb-px inline-flex min-h-10 items-center border-b-2 px-3 text-sm whitespace-nowrap ${isShown ? 'border-accent font-medium text-ink' : 'border-transparent text-muted hover:text-ink'}`}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}

/** What a list shows when there is nothing in it. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="rounded-lg border border-dashed border-line p-6 text-center text-sm text-muted">{children}</p>;
}
