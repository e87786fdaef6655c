import { AsyncLocalStorage } from 'node:async_hooks';
import { ArtistError } from './errors.ts';
import { display } from './options.ts';

/** What a piece of work belongs to; every line that is logged meanwhile carries it. */
export interface Scope {
  /** ULID of the command, the scheduled work or the call that everything below was done for. */
  readonly requestId?: string;
  readonly [name: string]: string | undefined;
}

const storage = new AsyncLocalStorage<Scope>();
const noScope: Scope = {};

/**
 * Does `work` as a part of `scope`, added to the scope around it. Holds for everything that it awaits. Throws what `work` throws.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: `work` is no function
 */
export function withScope<T>(scope: Scope, work: () => T): T {
  if (typeof work !== 'function') throw new ArtistError('ERR_INVALID_ARGUMENT', `withScope: expected a function, got ${display(work)}`);
  return storage.run({ ...storage.getStore(), ...scope }, work);
}

/** Of the work that is going on; empty outside of any. */
export function currentScope(): Scope {
  return storage.getStore() ?? noScope;
}
