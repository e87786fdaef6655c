/** The account as `ai-artist serve` serves it. */
import * as assert from 'uvu/assert';
import { type LoadedConfig, loadConfig } from '../../lib/config/index.ts';
import { homeOf, isArtistError } from '../../lib/core/index.ts';
import { connectAccount } from '../../lib/publish/index.ts';
import { ActivityPub } from '../../lib/publish/networks/activitypub.ts';
import { type RunningServer, type ServerOptions, startServer, TokenBook } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { FediServer } from '../support/fedi-server.ts';
import { freePort } from '../support/free-port.ts';
import { follow, newHome, newId, order, publish, until } from './support.ts';

async function configOf(home: string, account: Partial<LoadedConfig['config']['federation']>): Promise<LoadedConfig> {
  const loaded = await loadConfig({ home });
  return { ...loaded, config: { ...loaded.config, federation: { ...loaded.config.federation, enabled: true, ...account } } };
}

/** Starts one that has a token, which the account's server does not start without. */
async function start(options: ServerOptions & { home: string }): Promise<{ server: RunningServer; token: string }> {
  const { token } = await new TokenBook(homeOf(options.home)).create({ name: 'owner', scope: 'read' });
  return { server: await startServer({ ...options, paint: false }), token };
}

suite('federation, served', (test) => {
  test('serve is the account: it takes followers, delivers, and shows a post without a token', async () => {
    const home = newHome();
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const config = await configOf(home, { url });
    const { server } = await start({ home, port, config, federateLocally: true });
    const fans = await FediServer.open();
    try {
      const { account } = await connectAccount(home, {
        name: 'own',
        network: 'activitypub',
        server: `${url}/ap/actors/artist`,
        secrets: {},
      });
      assert.is(account.handle, `@artist@localhost:${port}`);
      assert.is(await follow(fans, 'ada', { actor: account.server, inbox: `${account.server}/inbox` }), 202);
      const wanted = order(newId());
      const uri = await publish({ publisher: new ActivityPub(account.server, homeOf(home)) }, wanted);
      await until('the Create', () => fans.once('Create').some(({ id }) => id === `${uri}#create`));
      const picture = await fetch(`${url}/ap/pictures/${wanted.id}.png`);
      assert.equal(new Uint8Array(await picture.arrayBuffer()), wanted.picture.bytes);
      assert.is(picture.headers.get('content-type'), 'image/png');
      const unsigned = await fetch(`${url}/ap/inbox`, {
        method: 'POST',
        headers: { 'content-type': 'application/activity+json' },
        body: JSON.stringify({
          '@context': 'https://www.w3.org/ns/activitystreams',
          type: 'Like',
          id: 'http://localhost/1',
          actor: 'http://localhost/a',
          object: uri,
        }),
      });
      assert.is(unsigned.status, 401);
      const large = await fetch(`${url}/ap/inbox`, {
        method: 'POST',
        headers: { 'content-type': 'application/activity+json' },
        body: 'x'.repeat(600_000),
      });
      assert.is(large.status, 413);
    } finally {
      await server.close();
      await fans.close();
    }
  });

  test('a proxy that calls by the public name, with another Host inside, is understood', async () => {
    const home = newHome();
    const config = await configOf(home, { url: 'https://art.example.org' });
    const { server } = await start({ home, port: 0, config });
    try {
      const finger = `${server.url}/.well-known/webfinger?resource=acct:artist@art.example.org`;
      const { subject } = (await (await fetch(finger)).json()) as { subject: string };
      assert.is(subject, 'acct:artist@art.example.org');
    } finally {
      await server.close();
    }
  });

  test('strangers who come in through a proxy that says nothing of itself read nothing without a token', async () => {
    const home = newHome();
    const config = await configOf(home, { url: 'https://art.example.org' });
    try {
      await startServer({ home, port: 0, config, paint: false });
      assert.unreachable();
    } catch (error) {
      assert.ok(isArtistError(error, 'ERR_INVALID_ARGUMENT'), String(error));
      assert.match(String(error), /serve token create/);
    }
    const { server, token } = await start({ home, port: 0, config, anonymousReads: true });
    try {
      // As a proxy on this machine calls it by default: Host 127.0.0.1, no X-Forwarded headers.
      const status = async (path: string, headers = {}) => (await fetch(`${server.url}${path}`, { headers })).status;
      for (const path of ['/api/v1/works', '/api/v1/publish/posts', '/sdapi/v1/options', '/metrics'])
        assert.is(await status(path), 401, path);
      assert.is(await status('/api/v1/works', { authorization: `Bearer ${token}` }), 200);
      assert.is(await status('/.well-known/webfinger?resource=acct:artist@art.example.org'), 200);
    } finally {
      await server.close();
    }
  });

  test('without an address it does not start, and switched off it has no such paths', async () => {
    const home = newHome();
    try {
      await start({ home, port: 0, config: await configOf(home, {}) });
      assert.unreachable();
    } catch (error) {
      assert.ok(isArtistError(error, 'ERR_CONFIG'), String(error));
    }
    const server = await startServer({ home, port: 0, paint: false });
    assert.is((await fetch(`${server.url}/.well-known/webfinger?resource=acct:a@b`)).status, 404);
    await server.close();
  });
});
