import { computed, signal } from '@preact/signals';
import type { Session } from '../../lib/server/api/session/routes.ts';
import { ApiError, ask, mayPass } from './client.ts';

/** Who the server takes this browser for; undefined: not asked yet. */
export const session = signal<Session | undefined>(undefined);
/** Whether the caller has a token: others are told only what is public. */
export const isSignedIn = computed(() => session.value !== undefined && session.value.name !== null);
export const mayPaint = computed(() => session.value?.scope === 'paint' || session.value?.scope === 'admin');
export const isAdmin = computed(() => session.value?.scope === 'admin');
/** Scope of the token that something needs. */
export type NeededScope = 'paint' | 'admin';
/** The dialog that asks for a token, of scope paint unless another is named; `whenDone` runs when it was accepted. */
export const signInAsked = signal<{ reason: 'wish' | 'code'; scope?: NeededScope; whenDone?: () => void } | undefined>(undefined);

export async function readSession(): Promise<void> {
  session.value = await ask<Session>('session');
}

/** @returns whether the server knows the token */
export async function signIn(token: string): Promise<boolean> {
  try {
    session.value = await ask<Session>('session', { method: 'POST', headers: { authorization: `Bearer ${token.trim()}` } });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}

export async function signOut(): Promise<void> {
  await ask('session', { method: 'DELETE' });
  await readSession();
}

/** Takes the code out of `#code=…`, where `ai-artist serve` puts it, and signs in with it. */
export async function signInByLink(): Promise<void> {
  const code = /^#code=([\w-]+)$/.exec(location.hash)?.[1];
  if (code === undefined) return readSession();
  const forget = (): void => history.replaceState(history.state, '', location.pathname + location.search);
  try {
    session.value = await ask<Session>('session/code', { method: 'POST', body: { code } });
    forget();
  } catch (error) {
    // Sent again when the server is back.
    if (mayPass(error)) throw error;
    forget();
    await readSession();
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    if (session.value?.name === null) signInAsked.value = { reason: 'code' };
  }
}

/** Runs an action that changes something, after signing in where that is needed. */
export function whenSignedIn(action: () => void): void {
  if (mayPaint.value) action();
  else signInAsked.value = { reason: 'wish', whenDone: action };
}
