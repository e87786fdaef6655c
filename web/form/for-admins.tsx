import type { ComponentChildren } from 'preact';
import { isAdmin, type NeededScope, signInAsked } from '../api/session.ts';
import { Button } from '../parts/button.tsx';
import { t } from '../texts/text.ts';

/** Says that something needs another token, of scope paint unless another is named, and asks for it. */
export function NeedsToken({ children, scope = 'paint' }: { children: ComponentChildren; scope?: NeededScope }) {
  return (
    <p class="flex flex-wrap items-center gap-3 rounded-lg bg-sunken px-3 py-2 text-sm">
      <span class="min-w-0 flex-1">{children}</span>
      <Button
        onClick={() => {
          signInAsked.value = { reason: 'wish', scope };
        }}
      >
        {t('session.signIn')}
      </Button>
    </p>
  );
}

/** Shows what only administrators can do; others are told so. */
export function ForAdmins({ children, what }: { children: ComponentChildren; what: string }) {
  if (!isAdmin.value) return <NeedsToken scope="admin">{what}</NeedsToken>;
  return children;
}
