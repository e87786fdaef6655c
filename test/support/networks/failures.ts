import { ok } from 'node:assert/strict';
import { type Failure, NetworkFailure } from '../../../lib/publish/networks/network-failure.ts';

/** How a call to a network fails; an error if it does not. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  ok('error' in outcome, `expected a failure, got ${JSON.stringify(outcome)}`);
  ok(outcome.error instanceof NetworkFailure, `expected a NetworkFailure, got ${String(outcome.error)}`);
  return outcome.error.failure;
}
