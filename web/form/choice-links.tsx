import { hrefOf, place } from '../navigate/router.ts';

/** The address of this place with another part of the query. */
export const hrefWith = (change: Readonly<Record<string, string | undefined>>): string =>
  hrefOf(place.value.path.map(encodeURIComponent).join('/'), { ...place.value.query, ...change });

interface ChoiceLinksProps {
  label: string;
  items: readonly { href: string; label: string; isShown: boolean }[];
}

/** Links of which one is chosen, as one bar. */
export function ChoiceLinks({ label, items }: ChoiceLinksProps) {
  return (
    <nav aria-label={label} class="flex max-w-full overflow-x-auto rounded-md border border-line bg-sunken p-0.5 text-sm">
      {items.map(({ href, label: name, isShown }) => (
        <a
          key={name}
          href={href}
          aria-current={isShown ? 'true' : undefined}
          class={`inline-flex min-h-8 items-center rounded px-3 whitespace-nowrap ${isShown ? 'bg-raised font-medium text-ink shadow-sm' : 'text-muted hover:text-ink'}`}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
