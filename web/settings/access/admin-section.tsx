import type { ComponentChildren } from 'preact';
import { ForAdmins } from '../../form/for-admins.tsx';

interface AdminSectionProps {
  title: string;
  hint: string;
  /** What only administrators may see, for all others. */
  what: string;
  children: ComponentChildren;
}

/** A section of the page that only administrators see whole. */
export function AdminSection({ title, hint, what, children }: AdminSectionProps) {
  return (
    <section aria-label={title} class="flex flex-col gap-4">
      <div>
        <h2 class="text-lg font-semibold">{title}</h2>
        <p class="text-sm text-muted">{hint}</p>
      </div>
      <ForAdmins what={what}>{children}</ForAdmins>
    </section>
  );
}
