import { signal } from '@preact/signals';
import { isAdmin, mayPaint, signInAsked } from '../api/session.ts';

/** The works of which posts are made in a dialog. */
export const publishAsked = signal<readonly string[] | undefined>(undefined);

/** Whether publishing is offered: with a token of scope paint it would only be refused, without one the person may have another. */
export const isPublishOffered = (): boolean => isAdmin.value || !mayPaint.value;

/** Opens the dialog that makes posts of works, after signing in where that is needed. */
export function askToPublish(works: readonly string[]): void {
  const open = (): void => {
    publishAsked.value = works;
  };
  if (isAdmin.peek()) open();
  else signInAsked.value = { reason: 'wish', scope: 'admin', whenDone: open };
}
