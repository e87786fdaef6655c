import { AsyncLocalStorage } from 'node:async_hooks';
import { ArtistError } from './errors.ts';
import { display } from './options.ts';

/** What a piece of work belongs to; every line logged during the work has these fields. */
export interface Scope {
  /** ULID of the command, scheduled work or call that caused the work. */
  readonly requestId?: string;
  readonly [name: string]: string | undefined;
}

const storage = new AsyncLocalStorage<Scope>();
const noScope: Scope = {};

/**
 * Does `work` within `scope`, added to the surrounding scope. Applies to everything `work` awaits.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: `work` is no function; and every error of `work`
 */
export function withScope<T>(scope: Scope, work: () => T): T {
  if (typeof work !== 'function') throw new ArtistError('ERR_INVALID_ARGUMENT', `withScope: expected a function, got ${display(work)}`);
  return storage.run({ ...storage.getStore(), ...scope }, work);
}

/** The scope of the current work; empty outside any. */
export function currentScope(): Scope {
  return storage.getStore() ?? noScope;
}
