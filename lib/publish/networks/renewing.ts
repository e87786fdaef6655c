import { rememberSecret } from '../../core/index.ts';
import type { Credentials } from './credentials.ts';
import { NetworkFailure } from './network-failure.ts';

/** What a network's tokens are renewed by. */
export interface RenewalRules<T> {
  /** The secrets of an account that no message may show. */
  hides: (secrets: T) => readonly (string | undefined)[];
  /** Tells tokens from older ones; undefined: there are none yet. */
  tokenOf: (secrets: T) => string | undefined;
  /** Whether the tokens have to be renewed before they are used. */
  isDue: (secrets: T, now: number) => boolean;
  /** Asks the network for new tokens. */
  renew: (secrets: T) => Promise<T>;
  /** Whether the old tokens can be used if the network does not give new ones. Default: they cannot. */
  isGoodStill?: (secrets: T, now: number) => boolean;
}

/**
 * The secrets of an account whose tokens end. New tokens are asked for by one process at a time, and by one call at a time in it; they are on the disk before they are
 * used, because a network may take the old ones no more. Who comes second gets what the first has renewed.
 */
export class RenewedSecrets<T> {
  readonly #credentials: Credentials<T>;
  readonly #rules: RenewalRules<T>;
  /** The renewal under way, and the token that it replaces. */
  #running: { old: string | undefined; renewed: Promise<T> } | undefined;

  constructor(credentials: Credentials<T>, rules: RenewalRules<T>) {
    this.#credentials = credentials;
    this.#rules = rules;
  }

  /** What can be used now. @throws NetworkFailure */
  async current(): Promise<T> {
    const stored = await this.#credentials.read();
    this.#hide(stored);
    return this.#rules.isDue(stored, Date.now()) ? this.renewed(stored) : stored;
  }

  /** Other tokens than those of `old`, which are due or which the network has refused. @throws NetworkFailure */
  async renewed(old: T): Promise<T> {
    const token = this.#rules.tokenOf(old);
    if (this.#running?.old === token && this.#running !== undefined) return this.#running.renewed;
    const running = { old: token, renewed: this.#renew(token) };
    this.#running = running;
    try {
      return await running.renewed;
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  #renew(old: string | undefined): Promise<T> {
    const { tokenOf, renew, isGoodStill } = this.#rules;
    return this.#credentials.renew(async (current) => {
      const token = tokenOf(current);
      if (token !== undefined && token !== old) return current;
      this.#hide(current);
      try {
        const renewed = await renew(current);
        this.#hide(renewed);
        return renewed;
      } catch (error) {
        if (!(error instanceof NetworkFailure)) throw error;
        if (isGoodStill?.(current, Date.now())) return current; // the next call tries again
        // Whatever happened here, nothing was posted.
        throw new NetworkFailure({ ...error.failure, unsure: false });
      }
    });
  }

  #hide(secrets: T): void {
    for (const secret of this.#rules.hides(secrets)) if (secret) rememberSecret(secret);
  }
}
