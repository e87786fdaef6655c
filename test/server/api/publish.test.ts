import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { Accounts, connectAccount, PostSender, postStates } from '../../../lib/publish/index.ts';
import { publishRoutes } from '../../../lib/server/api/publish/routes.ts';
import { hubOf } from '../../../lib/server/events/hub-of-server.ts';
import { openPublishing } from '../../../lib/service/index.ts';
import { suite } from '../../harness.ts';
import { mastodonToken, openMastodon } from '../../support/networks/mastodon.ts';
import { metaLogin, openMeta } from '../../support/networks/meta.ts';
import { scratch, serve, type TestServer } from './support.ts';

const noCounts = Object.fromEntries(postStates.map((state) => [state, 0]));

suite('publishing over HTTP', { timeoutMs: 60_000 }, (test) => {
  let server: TestServer;
  const folder = path.join(scratch, 'shelf');
  test.before(async () => {
    server = await serve([publishRoutes]);
  });
  test.after(() => server.close());
  const send = async (): Promise<void> => {
    const { home, gallery, context } = server;
    const { rules } = openPublishing(context.config, { warn: () => undefined });
    const sender = new PostSender({
      home,
      gallery,
      rules: { ...rules, minutesBetween: 0 },
      onPost: () => undefined,
      warn: assert.unreachable,
    });
    await sender.look();
    await sender.close();
  };

  test('without accounts the lists are empty, and adding says how to connect one', async () => {
    const work = await server.file('a lonely fox');
    assert.equal((await server.call('GET', '/publish/accounts')).body, { accounts: [], isOff: false });
    assert.equal((await server.call('GET', '/publish/posts')).body, {
      ...{ posts: [], total: 0, next: null, broken: [] },
      counts: noCounts,
    });
    assert.equal((await server.call('GET', '/publish/figures')).body, { accounts: [] });
    const { status, body } = await server.call('POST', '/publish/posts', { body: { work: work.id } });
    assert.is(status, 404);
    assert.match(body.error.message, /publish connect/);
  });

  test('preview, draft, approve, out: the answers show what goes out, and neither secrets nor folders', async () => {
    await connectAccount(server.home, { name: 'shelf', network: 'folder', server: folder, secrets: {} });
    const work = await server.file('a red fox');
    const preview = await server.call('POST', '/publish/preview', { body: { work: work.id, account: 'shelf' } });
    assert.is(preview.status, 200);
    assert.match(preview.body.content.text, /Made with AI/);
    assert.is(Buffer.from(preview.body.picture.data, 'base64').length, preview.body.picture.bytes);
    assert.is((await server.call('GET', '/publish/posts')).body.total, 0);

    const added = await server.call('POST', '/publish/posts', { body: { work: work.id, accounts: ['shelf'] } });
    assert.is(added.status, 201);
    const [post] = added.body.posts;
    assert.equal([post.state, post.content.text], ['draft', preview.body.content.text]);
    const again = await server.call('POST', '/publish/posts', { body: { work: work.id } });
    assert.equal([again.status, again.body.error.code], [409, 'ERR_ALREADY_EXISTS']);

    assert.is((await server.call('PUT', '/publish/switch', { body: { isOff: true } })).body.isOff, true);
    const approved = await server.call('POST', `/publish/posts/${post.id}/approve`);
    assert.equal([approved.body.post.state, approved.body.post.waitsBecause], ['approved', 'publishing is off']);
    assert.equal(approved.body.post.waits, { reason: 'publishing is off', until: null });
    const off = await server.call('POST', `/publish/posts/${post.id}/now`);
    assert.equal([off.status, off.body.error.code], [403, 'ERR_FORBIDDEN']);
    assert.not.match(off.body.error.message, /ai-artist api/);
    await send();
    assert.not.ok(existsSync(folder) && readdirSync(folder).length > 0);
    await server.call('PUT', '/publish/switch', { body: { isOff: false } });
    assert.match((await server.call('GET', `/publish/posts/${post.id}`)).body.post.waitsBecause, /^nothing that sends posts is running/);
    await send();
    const out = (await server.call('GET', `/publish/posts/${post.id}`, { as: 'paint' })).body.post;
    assert.equal([out.state, out.published.url], ['published', null]);
    assert.ok(readdirSync(folder).includes(`${post.id}.png`));

    const { body: accounts } = await server.call('GET', '/publish/accounts', { as: 'paint' });
    assert.equal([accounts.accounts[0].name, accounts.accounts[0].server, accounts.accounts[0].tokenExpiresAt], ['shelf', 'shelf', null]);
    assert.not.match(JSON.stringify([accounts, out]), new RegExp(scratch.replace(/[^\w/-]/g, '.')));
  });

  test('posts are filtered by state, account and work; a cancelled one stays cancelled', async () => {
    const [first, second] = [await server.file('an owl'), await server.file('a badger')];
    for (const { id } of [first, second])
      await server.call('POST', '/publish/posts', { body: { work: id, dueAt: '2100-01-01T00:00:00Z' } });
    const drafts = (await server.call('GET', '/publish/posts?state=draft&account=shelf')).body;
    assert.equal(
      drafts.posts.map(({ work }: { work: string }) => work),
      [second.id, first.id],
    );
    const { posts } = (await server.call('GET', `/publish/posts?work=${first.id}`)).body;
    assert.is(posts.length, 1);
    assert.is((await server.call('POST', `/publish/posts/${posts[0].id}/cancel`)).body.post.state, 'cancelled');
    const late = await server.call('POST', `/publish/posts/${posts[0].id}/approve`);
    assert.equal([late.status, late.body.error.code], [412, 'ERR_CHANGED']);
    const waits = await server.call('POST', `/publish/posts/${drafts.posts[0].id}/approve`);
    assert.match(waits.body.post.waitsBecause, /its time has not come, until 2100-01-01/);
  });

  test('pages go on where the one before ended, and count every state; several states are asked for with commas', async () => {
    const seen: string[] = [];
    let next = '';
    do {
      const { body } = await server.call('GET', `/publish/posts?limit=1${next === '' ? '' : `&before=${next}`}`);
      assert.is(body.total, 3);
      assert.is(body.posts.length, 1);
      seen.push(...body.posts.map(({ id }: { id: string }) => id));
      next = body.next ?? '';
    } while (next !== '');
    assert.is(seen.length, 3);
    assert.equal([...seen].sort().reverse(), seen);
    const { body } = await server.call('GET', '/publish/posts?state=approved,published&account=shelf');
    assert.is(body.total, 2);
    assert.equal(body.counts, { ...noCounts, approved: 1, published: 1, cancelled: 1 });
  });

  test('own words, alternative text and a time for one post; an approved one gets another time, or none', async () => {
    const work = await server.file('a grey heron');
    const about = { work: work.id, caption: 'Patience', altTexts: { [work.id]: 'A heron that waits' } };
    const { body: preview } = await server.call('POST', '/publish/preview', { body: { ...about, account: 'shelf' } });
    assert.equal(preview.words, { text: 'Patience', by: 'person', isCut: false });
    assert.equal([preview.content.altText, preview.altTextLimit, preview.length.limit], ['A heron that waits', null, null]);
    assert.match(preview.content.text, /^Patience\n\nMade with AI/);
    const body = { ...about, dueAt: '2100-01-01T00:00:00Z', approve: true };
    const [post] = (await server.call('POST', '/publish/posts', { body })).body.posts;
    assert.equal([post.content.text, post.content.altText], [preview.content.text, 'A heron that waits']);
    assert.equal(post.waits, { reason: 'its time has not come', until: '2100-01-01T00:00:00.000Z' });
    const approve = (given: unknown) => server.call('POST', `/publish/posts/${post.id}/approve`, { body: given });
    assert.is((await approve({ dueAt: '2099-01-01T00:00:00Z' })).body.post.dueAt, '2099-01-01T00:00:00.000Z');
    assert.is((await approve({})).body.post.dueAt, '2099-01-01T00:00:00.000Z');
    assert.is((await approve({ dueAt: null })).body.post.dueAt, null);
    assert.is((await approve({ dueAt: 'soon' })).status, 400);
    await server.call('POST', `/publish/posts/${post.id}/cancel`);
  });

  test('the same key again adds nothing, also where an account of the first request failed', async () => {
    await connectAccount(server.home, { name: 'attic', network: 'folder', server: path.join(scratch, 'attic'), secrets: {} });
    try {
      const work = await server.file('a heron twice');
      const add = (key: string | undefined, more: object = {}) =>
        server.call('POST', '/publish/posts', {
          body: { work: work.id, again: true, ...more },
          headers: key === undefined ? {} : { 'idempotency-key': key },
        });
      const [first, second] = await Promise.all([add('k1'), add('k1')]);
      const third = await add('k1');
      const ids = ({ body }: { body: { posts: { id: string }[] } }): string[] => body.posts.map(({ id }) => id);
      assert.equal([ids(second), ids(third)], [ids(first), ids(first)]);
      const total = async (): Promise<number> => (await server.call('GET', `/publish/posts?work=${work.id}`)).body.total;
      assert.is(await total(), 2);
      const failed = await add('k2', { accounts: ['shelf', 'attic'], altTexts: {}, again: false });
      assert.is(failed.status, 409);
      assert.is((await add('k2', { accounts: ['attic', 'shelf'] })).status, 201);
      assert.is(await total(), 4);
      await add(undefined);
      assert.is(await total(), 6);
      for (const { id } of (await server.call('GET', `/publish/posts?work=${work.id}`)).body.posts)
        await server.call('POST', `/publish/posts/${id}/cancel`);
    } finally {
      await new Accounts(server.home).remove('attic');
    }
  });

  test('a preview says that a network fetches pictures and has no place for them', async () => {
    const network = await openMeta('instagram');
    const { token, userId, expiresAt } = metaLogin;
    const secrets = { token, userId, expiresAt };
    await new Accounts(server.home).save({
      ...{ name: 'insta', network: 'instagram', server: network.url, handle: 'painter', url: null, secrets },
      ...{ connectedAt: Date.now(), stopped: null },
    });
    try {
      const work = await server.file('a heron for others');
      const { status, body } = await server.call('POST', '/publish/preview', { body: { work: work.id, account: 'insta' } });
      assert.is(status, 200);
      assert.match(body.obstacle, /^instagram: expected a place where it can fetch the picture, got none\. Set publish\.publicFolder/);
      assert.is((await server.call('POST', '/publish/preview', { body: { work: work.id, account: 'shelf' } })).body.obstacle, null);
    } finally {
      await new Accounts(server.home).remove('insta');
      await network.close();
    }
  });

  test('several works of one post: refused where the network takes one picture; a post is found by each of its works', async () => {
    const works = [await server.file('a wood'), await server.file('a meadow')];
    const [first, second] = works.map(({ id }) => id);
    const refused = await server.call('POST', '/publish/preview', { body: { work: first, more: [second], account: 'shelf' } });
    assert.equal([refused.status, refused.body.error.code], [400, 'ERR_UNSUPPORTED']);
    const network = await openMastodon();
    await connectAccount(server.home, { name: 'fedi', network: 'mastodon', server: network.url, secrets: { token: mastodonToken } });
    try {
      const about = { work: first, more: [second], altTexts: { [second ?? '']: 'Grass' } };
      const { body: preview } = await server.call('POST', '/publish/preview', { body: { ...about, account: 'fedi' } });
      assert.equal(
        preview.more.map(({ work, altText }: { work: string; altText: string }) => [work, altText]),
        [[second, 'Grass']],
      );
      assert.equal([preview.length.limit, preview.altTextLimit, preview.words.by], [500, 1500, 'template']);
      await server.call('POST', '/publish/posts', { body: { ...about, accounts: ['fedi'] } });
      for (const work of [first, second]) assert.is((await server.call('GET', `/publish/posts?work=${work}`)).body.total, 1);
      const drafts = (await server.call('GET', '/publish/posts?state=draft&account=fedi')).body.posts;
      const { body: out } = await server.call('POST', `/publish/posts/${drafts[0].id}/now`);
      assert.is(out.post.state, 'published');
      assert.match(out.post.published.url, /@painter/);
      const { body: figures } = await server.call('GET', '/publish/figures', { as: 'paint' });
      assert.equal(
        figures.accounts.map(({ account, published, measured }: { account: string; published: number; measured: number }) => [
          account,
          published,
          measured,
        ]),
        [
          ['fedi', 1, 0],
          ['shelf', 1, 0],
        ],
      );
      const gone = await server.call('DELETE', `/publish/posts/${drafts[0].id}`);
      assert.is(gone.body.post.state, 'cancelled');
      assert.ok(network.calls.some((call) => call.startsWith('DELETE /api/v1/statuses/')));
      const again = await server.call('DELETE', `/publish/posts/${drafts[0].id}`);
      assert.equal([again.status, again.body.error.code], [412, 'ERR_CHANGED']);
    } finally {
      await new Accounts(server.home).remove('fedi');
      await network.close();
    }
  });

  test('a listener is told that a post was added and changed its state; without a token it is told nothing', async () => {
    const heard: { type: string; data: unknown; open: unknown }[] = [];
    const hub = hubOf(server.context);
    const stop = hub.listen((event) => heard.push(event));
    try {
      await new Promise((wake) => setTimeout(wake, 500));
      await server.call('PUT', '/publish/switch', { body: { isOff: true } });
      for (let tries = 0; tries < 100 && heard.length === 0; tries++) await new Promise((wake) => setTimeout(wake, 50));
      await server.call('PUT', '/publish/switch', { body: { isOff: false } });
      assert.equal(
        heard.map(({ type, data, open }) => [type, data, open]),
        [['publishing', { isOff: true }, undefined]],
      );
      const work = await server.file('a wren');
      const { body } = await server.call('POST', '/publish/posts', { body: { work: work.id } });
      const [{ id }] = body.posts;
      const told = () => heard.filter(({ type, data }) => type === 'post' && (data as { post: string }).post === id);
      for (let tries = 0; tries < 100 && told().length === 0; tries++) await new Promise((wake) => setTimeout(wake, 50));
      await server.call('POST', `/publish/posts/${id}/cancel`);
      for (let tries = 0; tries < 100 && told().length < 2; tries++) await new Promise((wake) => setTimeout(wake, 50));
      assert.equal(
        told().map(({ data, open }) => [(data as { state: string }).state, open]),
        [
          ['draft', undefined],
          ['cancelled', undefined],
        ],
      );
    } finally {
      stop();
    }
  });

  test('an unknown post is tried again only after a person has looked', async () => {
    const work = await server.file('a heron');
    const { body } = await server.call('POST', '/publish/posts', { body: { work: work.id } });
    const { outbox } = openPublishing(server.context.config, { warn: () => undefined });
    const [{ id }] = body.posts;
    await outbox.change(id, ['draft'], (post) => {
      post.state = 'unknown';
    });
    const blind = await server.call('POST', `/publish/posts/${id}/retry`, { body: {} });
    assert.is(blind.status, 400);
    const both = await server.call('POST', `/publish/posts/${id}/retry`, { body: { absent: true, published: 'https://example.org/1' } });
    assert.is(both.status, 400);
    const found = await server.call('POST', `/publish/posts/${id}/retry`, { body: { published: 'https://example.org/1' } });
    assert.equal([found.body.post.state, found.body.post.published.url], ['published', 'https://example.org/1']);
  });

  test('strangers read nothing, only admin changes, unknown names are 404', async () => {
    const { posts } = (await server.call('GET', '/publish/posts')).body;
    const work = posts[0].work;
    for (const to of ['/publish/accounts', '/publish/figures', '/publish/posts', `/publish/posts/${posts[0].id}`])
      for (const [as, status] of [
        ['none', 401],
        ['read', 403],
        ['paint', 200],
      ] as const)
        assert.is((await server.call('GET', to, { as })).status, status, to);
    const changes: [string, string, unknown?][] = [
      ['POST', '/publish/preview', { work, account: 'shelf' }],
      ['POST', '/publish/posts', { work }],
      ['POST', `/publish/posts/${posts[0].id}/approve`],
      ['POST', `/publish/posts/${posts[0].id}/cancel`],
      ['POST', `/publish/posts/${posts[0].id}/retry`, {}],
      ['POST', `/publish/posts/${posts[0].id}/now`],
      ['DELETE', `/publish/posts/${posts[0].id}`],
      ['PUT', '/publish/switch', { isOff: true }],
    ];
    for (const [method, to, body] of changes) assert.is((await server.call(method, to, { body, as: 'paint' })).status, 403, to);
    assert.is((await server.call('GET', '/publish/posts/nix')).status, 404);
    assert.is((await server.call('POST', '/publish/preview', { body: { work, account: 'nobody' } })).status, 404);
    assert.is((await server.call('GET', '/publish/posts?state=lost')).status, 400);
  });
});
