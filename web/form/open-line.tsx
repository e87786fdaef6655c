import type { ComponentChildren } from 'preact';

/** The line that opens and closes a `<details class="group">`, with a mark that turns. */
export function OpenLine({ look, children }: { look: string; children: ComponentChildren }) {
  return (
    <summary class={`flex cursor-pointer items-center gap-2 marker:content-none ${look}`}>
      <span aria-hidden="true" class="inline-block text-muted transition-transform group-open:rotate-90">
        ›
      </span>
      <span class="min-w-0">{children}</span>
    </summary>
  );
}
