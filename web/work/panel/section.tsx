import type { ComponentChildren } from 'preact';
import { hasFields, readStored, store } from '../../parts/storage.ts';

const opened = readStored('local', 'sections', hasFields<Record<string, boolean>>({})) ?? {};

interface SectionProps {
  /** It is remembered by this whether the section is open. */
  name: string;
  title: string;
  isOpen?: boolean;
  children: ComponentChildren;
}

/** A part of the panel that opens and closes, and stays so for every work. */
export function Section({ name, title, isOpen = true, children }: SectionProps) {
  return (
    <details
      class="group border-b border-line"
      open={opened[name] ?? isOpen}
      onToggle={(event) => {
        const now = event.currentTarget.open;
        if (now === (opened[name] ?? isOpen)) return;
        opened[name] = now;
        store('local', 'sections', opened);
      }}
    >
      <summary class="flex min-h-10 cursor-pointer items-center gap-2 px-4 py-2 font-semibold marker:content-none hover:bg-sunken">
        <span aria-hidden="true" class="inline-block text-muted transition-transform group-open:rotate-90">
          ›
        </span>
        <h3>{title}</h3>
      </summary>
      <div class="px-4 pb-4 [&>:last-child]:mb-0">{children}</div>
    </details>
  );
}

/** Names and values. */
export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="grid grid-cols-[minmax(5rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5">{children}</dl>;
}

export function Fact({ name, help, children }: { name: string; help?: string | undefined; children: ComponentChildren }) {
  return (
    <>
      <dt class="text-muted" title={help}>
        {name}
      </dt>
      <dd class="break-words" dir="auto">
        {children}
      </dd>
    </>
  );
}
