import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/index.ts';
import type { Scope, SignIn } from '../context.ts';

const codeBytes = 18;
const lastsMs = 10 * 60_000;
/** Wrong guesses after which all codes are void. */
const mostGuesses = 20;

const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();

/**
 * Codes that sign a browser in once, within ten minutes: the person who starts the server opens its page with one and needs no token. They are
 * kept in memory only.
 */
export class SignInCodes implements SignIn {
  readonly #clock: Clock;
  #codes: { hash: Buffer; scope: Scope; endsAt: number }[] = [];
  #guesses = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  make(scope: Scope): string {
    const code = randomBytes(codeBytes).toString('base64url');
    this.#codes.push({ hash: hashOf(code), scope, endsAt: this.#clock.now() + lastsMs });
    return code;
  }

  /** What a code permits, once; undefined: there is no such code, it was used, or it has expired. */
  take(code: string): Scope | undefined {
    const now = this.#clock.now();
    const hash = hashOf(code);
    this.#codes = this.#codes.filter(({ endsAt }) => endsAt > now);
    const found = this.#codes.find((one) => timingSafeEqual(one.hash, hash));
    this.#codes = this.#codes.filter((one) => one !== found);
    if (found) return found.scope;
    this.#guesses += 1;
    if (this.#guesses >= mostGuesses) this.#codes = [];
    return undefined;
  }
}
