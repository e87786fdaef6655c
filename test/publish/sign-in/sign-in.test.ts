import { rejects } from 'node:assert/strict';
import { createServer } from 'node:net';
import { equal, is, match, not, ok } from 'uvu/assert';
import { isArtistError } from '../../../lib/core/index.ts';
import { exchangeToken, type SignInWay, signIn } from '../../../lib/publish/index.ts';
import { suite } from '../../harness.ts';
import type { ConsentRules } from '../../support/networks/consent.ts';
import type { FakeNetwork } from '../../support/networks/loopback.ts';
import { mastodonToken, openMastodon } from '../../support/networks/mastodon.ts';
import { metaLogin, openMeta } from '../../support/networks/meta.ts';
import { openX, xLogin } from '../../support/networks/x.ts';

/** A person who allows at once: the browser follows the page back to this machine. */
const browser = (more: Partial<SignInWay> = {}): SignInWay => ({
  show: async (address) => void fetch(address).catch(() => undefined),
  signal: new AbortController().signal,
  ...more,
});

/** A person who copies the code from the page. */
function paster(copy: (body: string, address: URL) => string = (body) => body): SignInWay {
  let page = Promise.resolve('');
  return {
    show: (address) => {
      page = fetch(address, { redirect: 'manual' }).then(async (answer) =>
        copy(await answer.text(), new URL(answer.headers.get('location') ?? address)),
      );
    },
    paste: () => page,
    signal: new AbortController().signal,
  };
}

async function onMastodon<T>(consent: ConsentRules, work: (network: FakeNetwork) => Promise<T>, pixelfed = false): Promise<T> {
  const network = await openMastodon({ consent, pixelfed });
  try {
    return await work(network);
  } finally {
    await network.close();
  }
}

const to = ({ url: server }: FakeNetwork, network: 'mastodon' | 'pixelfed' = 'mastodon') => ({ network, server, secrets: {} }) as const;
const fails = (work: () => Promise<unknown>, code: string, says: RegExp): Promise<void> =>
  rejects(work, (error: unknown) => isArtistError(error) && error.code === code && says.test(error.message));

suite('signing in to Mastodon', (test) => {
  test('registers an app, proves the code, and brings a token', () =>
    onMastodon({}, async (network) => {
      let shown = '';
      const show = (address: string): void => {
        shown = address;
        void fetch(address);
      };
      equal(await signIn(to(network), browser({ show })), { secrets: { token: mastodonToken } });
      const query = new URL(shown).searchParams;
      is(query.get('scope'), 'read:accounts read:statuses write:media write:statuses');
      is(query.get('code_challenge_method'), 'S256');
      match(query.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
      ok((query.get('state') ?? '').length >= 43);
    }));

  for (const rules of [{ single: false }, { single: false, metadata: false }, { single: false, metadata: false, saysAt: 'page' }] as const)
    test(`a server with whole scopes only is asked for those: ${JSON.stringify(rules)}`, () =>
      onMastodon(rules, async (network) => {
        const scopes: (string | null)[] = [];
        const show = (address: string): void => {
          scopes.push(new URL(address).searchParams.get('scope'));
          void fetch(address);
        };
        equal(await signIn(to(network), browser({ show })), { secrets: { token: mastodonToken } });
        is(scopes.at(-1), 'read write');
      }));

  test('marking as a bot asks for more; Pixelfed knows whole scopes only', async () => {
    for (const [network, wanted] of [
      ['mastodon', /write:accounts/],
      ['pixelfed', /^read write$/],
    ] as const)
      await onMastodon({}, async (fake) => {
        let scope = '';
        const show = (address: string): void => {
          scope = new URL(address).searchParams.get('scope') ?? '';
          void fetch(address);
        };
        await signIn({ ...to(fake, network), markAsBot: true }, browser({ show }));
        match(scope, wanted);
      });
  });

  test('without a browser here: the code is pasted', () =>
    onMastodon({}, async (network) => {
      equal(await signIn(to(network), paster()), { secrets: { token: mastodonToken } });
      await fails(
        () =>
          signIn(
            to(network),
            paster(() => 'code-9-of-nobody'),
          ),
        'ERR_UNAUTHENTICATED',
        /expected a code that is good still/,
      );
      await fails(
        () =>
          signIn(
            to(network),
            paster(() => ''),
          ),
        'ERR_UNAUTHENTICATED',
        /expected a code, got none/,
      );
    }));

  test('a refusal, and an answer to another request', async () => {
    await onMastodon({ refuses: true }, (network) =>
      fails(() => signIn(to(network), browser()), 'ERR_FORBIDDEN', /expected consent, got access_denied: The resource owner/),
    );
    await onMastodon({ mixesUp: true }, async (network) => {
      await fails(() => signIn(to(network), browser()), 'ERR_UNAUTHENTICATED', /its state differs/);
      not.ok(network.calls.includes('POST /oauth/token'), 'its code is not redeemed');
    });
  });

  test('nobody comes, Ctrl-C, a port that is taken, a port that is none', () =>
    onMastodon({}, async (network) => {
      const nobody = { show: () => undefined };
      await fails(() => signIn(to(network), browser({ ...nobody, timeoutMs: 50 })), 'ERR_TIMEOUT', /--paste/);
      const control = new AbortController();
      const waiting = signIn(to(network), browser({ show: () => control.abort(new Error('Ctrl-C')), signal: control.signal }));
      await rejects(waiting, /Ctrl-C|abort/i);
      const taken = createServer();
      const port = await new Promise<number>((done) =>
        taken.listen(0, '127.0.0.1', () => done((taken.address() as { port: number }).port)),
      );
      await fails(() => signIn(to(network), browser({ port })), 'ERR_BUSY', /--port/);
      taken.close();
      await fails(() => signIn(to(network), browser({ port: 70_000 })), 'ERR_INVALID_ARGUMENT', /0\.\.65535/);
    }));

  test('other paths of the way back are not there, and change nothing', () =>
    onMastodon({}, async (network) => {
      const show = async (address: string): Promise<void> => {
        const back = new URL(new URL(address).searchParams.get('redirect_uri') ?? '');
        is((await fetch(new URL('/other?code=stolen', back))).status, 404);
        is((await fetch(back, { method: 'POST' })).status, 404);
        void fetch(address);
      };
      equal(await signIn(to(network), browser({ show })), { secrets: { token: mastodonToken } });
    }));
});

suite('signing in to X, and tokens of Meta', (test) => {
  test('X: PKCE with the owner’s app; the tokens and their end are brought', async () => {
    const network = await openX();
    const options = { network: 'x', server: network.url, secrets: { clientId: xLogin.clientId } } as const;
    const { secrets, expiresAt = 0 } = await signIn(options, browser({ port: 0 }));
    equal(secrets, { clientId: xLogin.clientId, accessToken: xLogin.accessToken, refreshToken: xLogin.refreshToken });
    ok(expiresAt > Date.now() + 7_000_000);
    const copied = paster((_, address) => address.href);
    is((await signIn(options, copied)).secrets['accessToken'], xLogin.accessToken, 'the address that the browser ends at');
    await fails(
      () => signIn({ ...options, secrets: { clientId: 'another-app' } }, browser({ port: 0 })),
      'ERR_UNAUTHENTICATED',
      /expected a code that is good still/,
    );
    await network.close();
  });

  test('a network without a page of consent says so', () =>
    fails(
      () => signIn({ network: 'bluesky', server: 'https://bsky.social', secrets: {} }, browser()),
      'ERR_UNSUPPORTED',
      /Connect it with its token/,
    ));

  for (const network of ['instagram', 'threads'] as const)
    test(`${network}: a short-lived token becomes one of 60 days, and the secret of the app is not kept`, async () => {
      const fake = await openMeta(network);
      const given = { token: 'short-lived-token', userId: metaLogin.userId, appSecret: 'secret-of-the-app' };
      const { secrets, expiresAt = 0 } = await exchangeToken(network, fake.url, given);
      equal(Object.keys(secrets).sort(), ['token', 'userId']);
      is(secrets['token'], 'long-lived-token');
      ok(expiresAt > Date.now() + 59 * 86_400_000);
      await fails(
        () => exchangeToken(network, fake.url, { ...given, appSecret: 'wrong-secret' }),
        'ERR_UNAUTHENTICATED',
        /190|valid token/,
      );
      await fails(() => exchangeToken(network, 'https://graph.facebook.com', given), 'ERR_INVALID_ARGUMENT', /Facebook Login/);
      await fake.close();
    });
});
