/** The artist's account against a second server of Fedify's, over HTTP on loopback. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { homeOf, isArtistError } from '../../lib/core/index.ts';
import { blockServer, Engagements, type Follower, Followers } from '../../lib/federation/index.ts';
import { suite } from '../harness.ts';
import { FediServer } from '../support/fedi-server.ts';
import { type Artist, follow, newHome, newId, openArtist, order, publish, until } from './support.ts';

suite('federation', (test) => {
  let artist: Artist;
  let fans: FediServer;
  const home = newHome();
  test.before(async () => {
    fans = await FediServer.open();
    artist = await openArtist({ home });
  });
  test.after(async () => {
    await artist.close();
    await fans.close();
  });

  test('WebFinger, the actor and NodeInfo say who it is: a bot with two keys, which nobody else can read', async () => {
    const handle = `acct:artist@${new URL(artist.origin).host}`;
    const finger = (await (await fetch(`${artist.origin}/.well-known/webfinger?resource=${handle}`)).json()) as {
      links: { rel: string; href: string }[];
    };
    assert.is(finger.links.find(({ rel }) => rel === 'self')?.href, artist.actor);
    const actor = (await (await fetch(artist.actor, { headers: { accept: 'application/activity+json' } })).json()) as Record<
      string,
      unknown
    >;
    assert.is(actor['type'], 'Service');
    assert.is((actor['publicKey'] as { owner: string }).owner, artist.actor);
    assert.ok(JSON.stringify(actor['assertionMethod']).includes('Multikey'));
    const info = (await (await fetch(`${artist.origin}/nodeinfo/2.1`)).json()) as { software: { name: string } };
    assert.is(info.software.name, 'ai-artist');
    assert.is(statSync(homeOf(home).federation('keys.json')).mode & 0o777, 0o600);
    const nobody = await fetch(`${artist.origin}/ap/actors/other`, { headers: { accept: 'application/activity+json' } });
    assert.is(nobody.status, 404);
  });

  test('a follower is accepted, gets each post once with its alternative text, and nothing after it leaves', async () => {
    assert.is(await follow(fans, 'ada', artist), 202);
    await until('an Accept', () => fans.once('Accept').length === 1);
    assert.match(JSON.stringify(fans.once('Accept')[0]?.json), `${fans.person('ada')}#follow`);
    const wanted = order(newId(), { sensitive: true });
    const uri = await publish(artist, wanted);
    assert.is(await publish(artist, wanted), uri);
    await until('a Create', () => fans.once('Create').length === 1);
    const note = fans.once('Create')[0]?.json['object'] as Record<string, unknown>;
    assert.is(note['id'], uri);
    assert.is(note['sensitive'], true);
    const picture = note['attachment'] as { name: string; url: string; width: number; mediaType: string };
    assert.is(picture.name, 'A hill before sunrise');
    assert.is(picture.width, 640);
    assert.ok(JSON.stringify(note['tag']).includes('#AIart'));
    const served = new Uint8Array(await (await fetch(picture.url)).arrayBuffer());
    assert.equal(served, wanted.picture.bytes);
    const seen = await fans.lookup(uri);
    assert.is(seen?.id?.href, uri);
    assert.is(
      await fans.post('ada', artist.inbox, undo('ada', { type: 'Follow', id: `${fans.person('ada')}#follow`, object: artist.actor })),
      202,
    );
    assert.equal(await artist.federation.followers.list(), []);
    await publish(artist, order(newId()));
    await until('the post is settled', async () => artist.federation.waiting === 0);
    assert.is(fans.received.filter(({ type }) => type === 'Create').length, 1);
  });

  const undo = (name: string, object: Record<string, unknown>) => ({
    type: 'Undo',
    id: `${fans.person(name)}#undo-${newId()}`,
    object: { actor: fans.person(name), ...object },
  });

  test('likes, shares and replies count once for each actor, and are taken back by that actor alone', async () => {
    const wanted = order(newId());
    const uri = await publish(artist, wanted);
    await until('it was told', async () => Object.keys(await artist.publisher.metrics(uri)).length > 0);
    assert.equal(await artist.publisher.metrics(uri), { likes: 0, shares: 0, replies: 0 });
    const like = { type: 'Like', id: `${fans.person('ada')}#like`, object: uri };
    assert.is(await fans.post('ada', artist.inbox, like), 202);
    assert.is(await fans.post('ada', artist.inbox, { ...like, id: `${like.id}-again` }), 202);
    assert.is(await fans.post('bob', artist.inbox, { type: 'Announce', id: `${fans.person('bob')}#share`, object: uri }), 202);
    const reply = { type: 'Note', id: `${fans.person('bob')}/notes/1`, attributedTo: fans.person('bob'), inReplyTo: uri, content: 'Fine' };
    assert.is(await fans.post('bob', artist.inbox, { type: 'Create', id: `${reply.id}#create`, object: reply }), 202);
    assert.equal(await artist.publisher.metrics(uri), { likes: 1, shares: 1, replies: 1 });
    const forged = { ...undo('mallory', { ...like, actor: fans.person('ada') }) };
    assert.is(await fans.post('mallory', artist.inbox, forged), 202);
    assert.is(await fans.post('mallory', artist.inbox, { type: 'Delete', id: `${fans.person('mallory')}#d1`, object: reply.id }), 202);
    assert.is(await fans.post('mallory', artist.inbox, { type: 'Delete', id: `${fans.person('mallory')}#d2`, object: like.id }), 202);
    assert.equal(await artist.publisher.metrics(uri), { likes: 1, shares: 1, replies: 1 });
    assert.is(await fans.post('ada', artist.inbox, undo('ada', like)), 202);
    assert.is(await fans.post('bob', artist.inbox, { type: 'Delete', id: `${fans.person('bob')}#d1`, object: reply.id }), 202);
    assert.equal(await artist.publisher.metrics(uri), { likes: 0, shares: 1, replies: 0 });
  });

  test('an activity without a signature, or under the name of another, is refused', async () => {
    const body = JSON.stringify({
      '@context': 'https://www.w3.org/ns/activitystreams',
      type: 'Follow',
      id: `${fans.person('eve')}#follow`,
      actor: fans.person('eve'),
      object: artist.actor,
    });
    const unsigned = await fetch(artist.inbox, { method: 'POST', headers: { 'content-type': 'application/activity+json' }, body });
    assert.is(unsigned.status, 401);
    const stolen = { type: 'Follow', id: `${fans.person('eve')}#follow`, actor: fans.person('eve'), object: artist.actor };
    assert.is(await fans.post('mallory', artist.inbox, stolen), 401);
    assert.equal(await artist.federation.followers.list(), []);
  });

  test('a deleted post is a tombstone, its picture is gone, and followers are told', async () => {
    await follow(fans, 'ada', artist);
    const wanted = order(newId());
    const uri = await publish(artist, wanted);
    await until('the Create', () => fans.once('Create').some(({ id }) => id === `${uri}#create`));
    await artist.publisher.delete(uri);
    await artist.publisher.delete(uri);
    await until('the Delete', () => fans.once('Delete').some(({ id }) => id === `${uri}#delete`));
    const there = await fetch(uri, { headers: { accept: 'application/activity+json' } });
    assert.is(there.status, 410);
    assert.is(((await there.json()) as { type: string }).type, 'Tombstone');
    assert.is((await fetch(`${artist.origin}/ap/pictures/${wanted.id}.png`)).status, 404);
  });

  test('a private post goes to followers, and is neither listed nor shown', async () => {
    const wanted = order(newId(), { visibility: 'private' });
    const uri = await publish(artist, wanted);
    await until('the Create', () => fans.once('Create').some(({ id }) => id === `${uri}#create`));
    assert.is((await fetch(uri, { headers: { accept: 'application/activity+json' } })).status, 404);
    const page = await (await fetch(`${artist.actor}/outbox?cursor=0`, { headers: { accept: 'application/activity+json' } })).text();
    assert.not.match(page, wanted.id);
  });

  test('a blocked server loses its followers, and is not listened to', async () => {
    const { followers } = artist.federation;
    assert.is((await followers.list()).length, 1);
    assert.is(await followers.block('localhost', Date.now()), 1);
    assert.is(await follow(fans, 'bob', artist), 202);
    assert.equal(await followers.list(), []);
    assert.ok(await followers.unblock('localhost'));
  });

  test('a person who opens a post sees a page with the picture', async () => {
    const uri = await publish(artist, order(newId(), { text: 'A <b>bold</b> sky #AIart' }));
    const page = await fetch(uri, { headers: { accept: 'text/html,application/xhtml+xml' } });
    assert.match(page.headers.get('content-security-policy') ?? '', "default-src 'none'");
    const html = await page.text();
    assert.match(html, 'alt="A hill before sunrise"');
    assert.match(html, 'A &lt;b&gt;bold&lt;/b&gt; sky');
    assert.match(await (await fetch(`${artist.origin}/ap/tags/aiart`)).text(), '<h1>#aiart</h1>');
  });

  test('nothing was complained of that should have worked', () => assert.equal(artist.warned, []));
});

suite('federation, what is kept', (test) => {
  test('followers come in pages of a hundred', async () => {
    const home = newHome();
    const followers: Follower[] = Array.from({ length: 1000 }, (_, index) => ({
      actor: `https://example.social/users/fan${index}`,
      inbox: `https://example.social/users/fan${index}/inbox`,
      sharedInbox: 'https://example.social/inbox',
      handle: `@fan${index}@example.social`,
      since: index,
    }));
    await new Followers(homeOf(home)).add(followers[0] as Follower);
    writeFileSync(homeOf(home).federation('followers.json'), JSON.stringify({ kind: 'followers', version: 1, data: { followers } }));
    const artist = await openArtist({ home });
    try {
      const read = async (address: string) =>
        (await (await fetch(address, { headers: { accept: 'application/activity+json' } })).json()) as Record<string, unknown>;
      const collection = await read(`${artist.actor}/followers`);
      assert.is(collection['totalItems'], 1000);
      const seen = new Set<string>();
      for (let next = collection['first']; next !== undefined; ) {
        const page = await read(String(next));
        const items = page['orderedItems'] as string[];
        assert.ok(items.length <= 100);
        for (const item of items) seen.add(item);
        next = page['next'];
      }
      assert.is(seen.size, 1000);
    } finally {
      await artist.close();
    }
  });

  test('a damaged file of followers is told and set aside, and the state before the last change is used', async () => {
    const home = newHome();
    const fans = await FediServer.open();
    const first = await openArtist({ home });
    const { port } = new URL(first.origin);
    await follow(fans, 'ada', first);
    await follow(fans, 'bob', first);
    await first.close();
    const file = homeOf(home).federation('followers.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    const artist = await openArtist({ home, port: Number(port) });
    try {
      assert.equal(
        (await artist.federation.followers.list()).map(({ actor }) => actor),
        [fans.person('ada')],
      );
      assert.match(
        artist.warned.join('\n'),
        /followers\.json was damaged .* the state before the last change is used; the damaged file is/,
      );
    } finally {
      await artist.close();
      await fans.close();
    }
  });

  test('blocking a server takes back what its people had reacted to, and nothing of others', async () => {
    const home = homeOf(newHome());
    const engagements = new Engagements(home);
    const [first, second] = [newId(), newId()];
    const from = (host: string, name: string) => ({ actor: `https://${host}/users/${name}`, id: `https://${host}/${name}/1` });
    for (const note of [first, second]) {
      await engagements.add(note, 'likes', from('spam.example', 'eve'));
      await engagements.add(note, 'shares', from('a.spam.example:8443', 'eve'));
      await engagements.add(note, 'replies', from('notspam.example', 'ada'));
    }
    await engagements.add(first, 'likes', from('example.social', 'bob'));
    assert.equal(await blockServer(home, 'spam.example', 1), { followers: 0, reactions: 4 });
    assert.equal(await blockServer(home, 'spam.example', 2), { followers: 0, reactions: 0 });
    const kept = await engagements.of(first);
    assert.equal(
      [kept?.likes, kept?.shares, kept?.replies].map((list = []) => list.map(({ actor }) => new URL(actor).host)),
      [['example.social'], [], ['notspam.example']],
    );
    assert.is((await engagements.of(second))?.replies.length, 1);
  });

  test('an account does not move: another address is refused', async () => {
    const home = newHome();
    await (await openArtist({ home })).close();
    try {
      await (await openArtist({ home })).close(); // another port
    } catch (error) {
      assert.ok(isArtistError(error, 'ERR_CONFIG'));
      return;
    }
    assert.unreachable();
  });
});

suite('federation, actors of other programs', (test) => {
  /** As Mastodon 4 serves a person: several contexts, arrays, fields that nobody here knows. */
  const mastodonActor = (origin: string, key: unknown) => ({
    '@context': [
      'https://www.w3.org/ns/activitystreams',
      'https://w3id.org/security/v1',
      {
        manuallyApprovesFollowers: 'as:manuallyApprovesFollowers',
        toot: 'http://joinmastodon.org/ns#',
        featured: { '@id': 'toot:featured', '@type': '@id' },
        schema: 'http://schema.org#',
        PropertyValue: 'schema:PropertyValue',
        value: 'schema:value',
        discoverable: 'toot:discoverable',
        suspended: 'toot:suspended',
        memorial: 'toot:memorial',
      },
    ],
    id: `${origin}/users/grace`,
    type: 'Person',
    following: `${origin}/users/grace/following`,
    followers: `${origin}/users/grace/followers`,
    inbox: `${origin}/users/grace/inbox`,
    outbox: `${origin}/users/grace/outbox`,
    featured: `${origin}/users/grace/collections/featured`,
    preferredUsername: 'grace',
    name: 'Grace \u{1f58c}',
    summary: '<p>Paints</p>',
    url: `${origin}/@grace`,
    manuallyApprovesFollowers: false,
    discoverable: true,
    memorial: false,
    published: '2022-11-05T00:00:00Z',
    tag: [],
    attachment: [{ type: 'PropertyValue', name: 'Site', value: '<a href="https://example.org" rel="me">example.org</a>' }],
    publicKey: key,
    endpoints: { sharedInbox: `${origin}/inbox` },
    icon: { type: 'Image', mediaType: 'image/png', url: `${origin}/avatar.png` },
  });

  test('the document of a person on Mastodon is understood: the shared inbox is kept, the handle shown', async () => {
    const artist = await openArtist();
    const server = await FediServer.open({ actorDocument: mastodonActor });
    try {
      assert.is(await follow(server, 'grace', artist), 202);
      const [follower] = await artist.federation.followers.list();
      assert.is(follower?.actor, server.person('grace'));
      assert.is(follower?.sharedInbox, `${server.origin}/inbox`);
      assert.is(follower?.handle, `@grace@${new URL(server.origin).host}`);
      await until('an Accept', () => server.once('Accept').length === 1);
    } finally {
      await artist.close();
      await server.close();
    }
  });
});
