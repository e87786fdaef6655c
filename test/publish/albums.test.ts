import { rejects } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { equal, is, match, ok } from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import type { Artwork } from '../../lib/gallery/index.ts';
import { joinedCredits } from '../../lib/publish/content/credits.ts';
import { Accounts, Outbox, PostSender, queueWork } from '../../lib/publish/index.ts';
import { NetworkFailure } from '../../lib/publish/networks/network-failure.ts';
import type { OrderPicture, Publisher } from '../../lib/publish/networks/publisher.ts';
import { file, type Place, place } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { everyNetwork } from '../support/networks/every-network.ts';
import type { FakeNetwork } from '../support/networks/loopback.ts';
import { openMeta } from '../support/networks/meta.ts';
import { orderOf, pictureOf } from '../support/networks/orders.ts';
import { bucketOf, openStore } from '../support/networks/s3.ts';
import { content, freeRules } from './support.ts';

const names = Object.keys(everyNetwork) as (keyof typeof everyNetwork)[];
const others = (count: number): OrderPicture[] =>
  Array.from({ length: count }, (_, at) => ({
    work: 'w',
    altText: `Picture ${at + 2}`,
    picture: pictureOf(at + 1),
    pictureUrl: `https://example.org/${at + 2}.png`,
  }));
const album = (count: number) => orderOf({}, { pictureUrl: 'https://example.org/1.png', more: others(count - 1) });

/** How many pictures a post of a fake has. */
function picturesIn(
  network: string,
  { posts, ...fake }: FakeNetwork & { containers?: Map<string, { asked: Record<string, unknown> }> },
): number {
  const asked = posts[0]?.asked ?? {};
  if (network === 'mastodon' || network === 'pixelfed') return (asked['media_ids'] as unknown[]).length;
  if (network === 'x') return (asked['media'] as { media_ids: unknown[] }).media_ids.length;
  if (network === 'bluesky') return (asked['embed'] as { images: unknown[] }).images.length;
  if (network === 'instagram' || network === 'threads')
    return String(asked['children'])
      .split(',')
      .filter((id) => fake.containers?.has(id)).length;
  return Number(asked['pictures']);
}

suite('a post with several pictures', (test) => {
  for (const name of names)
    test(`${name}: all of them, in one post, found again, and deleted`, async () => {
      const { open, client, blind } = everyNetwork[name];
      const network = await open();
      const publisher = client(network.url);
      const { pictures = 1 } = await publisher.limits();
      ok(pictures >= 4, String(pictures));
      const order = album(4);
      const media = await publisher.upload(order);
      ok(await publisher.isReady(media));
      const { uri } = await publisher.publish(order, media);
      is(network.posts.length, 1);
      is(picturesIn(name, network), 4);
      const found = await publisher.find(order, media);
      if (blind) is(found, 'unsure');
      else is(typeof found === 'object' && found.uri, uri);
      if (name !== 'instagram') await publisher.delete(uri);
      is(network.posts.length, name === 'instagram' ? 1 : 0);
      await network.close();
    });

  for (const name of ['instagram', 'threads'] as const)
    test(`${name}: the carousel waits for its pictures, which have their own alternative texts; only it has the caption`, async () => {
      const network = await openMeta(name, { processing: 2 });
      const publisher = everyNetwork[name].client(network.url);
      const order = album(3);
      const media = await publisher.upload(order);
      const children = [...network.containers.values()].filter(({ asked }) => asked['is_carousel_item'] === true);
      equal(
        children.map(({ asked }) => asked['alt_text']),
        ['A lighthouse at dawn', 'Picture 2', 'Picture 3'],
      );
      const carousel = network.containers.get(media)?.asked ?? {};
      is(carousel['media_type'], 'CAROUSEL');
      is(carousel['is_ai_generated'], name === 'instagram' ? true : undefined);
      while (!(await publisher.isReady(media))) is(network.posts.length, 0);
      // The answer is lost: the carousel says that it is published.
      network.fail({ on: `POST /v${name === 'instagram' ? '26.0' : '1.0'}`, does: 'drop', acts: true });
      await rejects(
        () => publisher.publish(order, media),
        (error: unknown) => error instanceof NetworkFailure && error.failure.unsure,
      );
      is(typeof (await publisher.find(order, media)), 'object');
      is(network.posts.length, 1);
      await network.close();
    });

  for (const name of ['instagram', 'threads'] as const)
    test(`${name}: without room for a post today, nothing is sent, and it is tried again`, async () => {
      const network = await openMeta(name);
      const publisher = everyNetwork[name].client(network.url);
      network.use(50);
      await rejects(
        () => publisher.upload(album(2)),
        (error: unknown) => {
          ok(error instanceof NetworkFailure);
          match(error.message, /50 of 50 in 24 hours/);
          return error.failure.retryable && !error.failure.unsure && error.failure.waitMs === 3_600_000;
        },
      );
      is(network.containers.size, 0);
      network.use(49);
      ok((await publisher.upload(album(2))) !== '');
      await network.close();
    });

  test('what is due to several works is due together, once', () => {
    const credits = { lines: ['A'], forbidden: [], unknown: ['B'], unchanged: false };
    equal(joinedCredits([credits, { ...credits, lines: ['A', 'C'], unchanged: true }]), {
      lines: ['A', 'C'],
      forbidden: [],
      unknown: ['B'],
      unchanged: true,
    });
  });
});

interface Desk extends Place {
  sender: PostSender;
  works: Artwork[];
  queue: (works: Artwork[], more?: { caption?: string }) => ReturnType<typeof queueWork>;
}

async function desk(publisher: Publisher, publicPlace?: ReturnType<typeof bucketOf>): Promise<Desk> {
  const at = place();
  const accounts = new Accounts(at.home);
  const about = { name: 'me', handle: '@painter', url: null, connectedAt: 0, stopped: null, secrets: {} };
  await accounts.save({ ...about, network: publisher.network, server: 'https://example.org' });
  const open = (): Publisher => publisher;
  const sender = new PostSender({
    home: at.home,
    gallery: at.again(),
    rules: freeRules,
    publicPlace,
    open,
    onPost: () => undefined,
    warn: () => undefined,
  });
  const works = [await file(at, 'a red fox'), await file(at, 'a barn owl'), await file(at, 'a grey seal')];
  const queue: Desk['queue'] = async ([work, ...more], options = {}) =>
    queueWork(work as Artwork, await accounts.get('me'), {
      outbox: new Outbox(at.home),
      accounts,
      settings: content,
      open,
      more,
      ...options,
    });
  return { ...at, sender, works, queue };
}

suite('a post of several works', (test) => {
  test('has a picture of each, padded to the shape of the first on Instagram; every work’s record names it', async () => {
    const [meta, store] = [await openMeta('instagram'), await openStore()];
    const { sender, works, queue, home, again } = await desk(everyNetwork.instagram.client(meta.url), bucketOf(store));
    const post = await queue(works);
    equal(
      readdirSync(`${home}/outbox/${post.id}`).filter((name) => name.endsWith('.jpeg')),
      ['picture-2.jpeg', 'picture-3.jpeg', 'picture.jpeg'],
    );
    const shapes = [post.picture, ...(post.more ?? []).map(({ picture }) => picture)].map(({ width, height }) =>
      (width / height).toFixed(2),
    );
    is(new Set(shapes).size, 1);
    await sender.look();
    const sent = await sender.outbox.get(post.id);
    equal([sent.state, meta.posts.length, store.puts.length, store.objects.size], ['published', 1, 3, 0]);
    for (const { id } of works)
      equal(
        (await again().get(id)).posts?.map((one) => one['id']),
        [post.id],
      );
    ok(!existsSync(`${home}/outbox/${post.id}/picture-2.jpeg`));
    await rejects(
      () => queue([works[1] as Artwork]),
      (error: unknown) => isArtistError(error, 'ERR_ALREADY_EXISTS'),
    );
    await sender.close();
    await meta.close();
    await store.close();
  });

  test('is refused where it has too many, and has a person’s own words where they are given', async () => {
    const network = await everyNetwork.x.open();
    const publisher = everyNetwork.x.client(network.url);
    const { works, queue } = await desk(publisher);
    const [first, second] = works as [Artwork, Artwork];
    await rejects(() => queue([first, second, first, second, first]), /at most 4 pictures in a post on x, got 5/);
    const { content: made, price } = await queue([first, second], { caption: '{title} & friends' });
    match(made.text, /^\{title\} & friends\n\nMade with AI/);
    is(price.toFixed(3), '0.025', 'a post and two alternative texts');
    await network.close();
  });
});
