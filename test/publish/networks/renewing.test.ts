import { rejects } from 'node:assert/strict';
import { equal, is } from 'uvu/assert';
import { NetworkFailure } from '../../../lib/publish/networks/network-failure.ts';
import { RenewedSecrets } from '../../../lib/publish/networks/renewing.ts';
import { suite } from '../../harness.ts';
import { secretsOf } from '../../support/networks/orders.ts';

interface Tokens {
  token: string;
  endsAt: number;
}

const refused = new NetworkFailure({ code: 'ERR_NETWORK', message: 'no answer', retryable: true, unsure: true });

function renewing(first: Tokens, { fails = false, good = false } = {}) {
  const stored = secretsOf(first);
  let asked = 0;
  const secrets = new RenewedSecrets(stored, {
    hides: ({ token }) => [token],
    tokenOf: ({ token }) => token,
    isDue: ({ endsAt }, now) => endsAt <= now,
    renew: async () => {
      asked++;
      await new Promise((done) => setTimeout(done, 20));
      if (fails) throw refused;
      return { token: `renewed-token-${asked}`, endsAt: Date.now() + 60_000 };
    },
    ...(good && { isGoodStill: () => true }),
  });
  return { stored, secrets, asked: () => asked };
}

suite('tokens that end', (test) => {
  test('are used as they are before that', async () => {
    const { secrets, asked } = renewing({ token: 'first-token', endsAt: Date.now() + 60_000 });
    equal([(await secrets.current()).token, asked()], ['first-token', 0]);
  });

  test('are renewed once for all calls that run together, and stored before they are used', async () => {
    const { secrets, stored, asked } = renewing({ token: 'first-token', endsAt: 0 });
    const tokens = await Promise.all([1, 2, 3].map(async () => [(await secrets.current()).token, stored.current().token]));
    equal(tokens, Array(3).fill(['renewed-token-1', 'renewed-token-1']));
    is(asked(), 1);
  });

  test('that another has renewed meanwhile are not renewed again', async () => {
    const { secrets, asked } = renewing({ token: 'newer-token', endsAt: Date.now() + 60_000 });
    equal([(await secrets.renewed({ token: 'older-token', endsAt: 0 })).token, asked()], ['newer-token', 0]);
  });

  test('a renewal that fails leaves no doubt about a post, and the old tokens where they are good still', async () => {
    const failing = renewing({ token: 'first-token', endsAt: 0 }, { fails: true });
    await rejects(
      () => failing.secrets.current(),
      (error: unknown) => error instanceof NetworkFailure && !error.failure.unsure,
    );
    await rejects(() => failing.secrets.current());
    is(failing.asked(), 2, 'asked again by the next call');
    const good = renewing({ token: 'first-token', endsAt: 0 }, { fails: true, good: true });
    is((await good.secrets.current()).token, 'first-token');
  });
});
