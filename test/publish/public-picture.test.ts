import { rejects } from 'node:assert/strict';
import { equal, is, match, ok } from 'uvu/assert';
import { PostSender } from '../../lib/publish/index.ts';
import { Instagram } from '../../lib/publish/networks/meta/instagram.ts';
import { NetworkFailure } from '../../lib/publish/networks/network-failure.ts';
import { queueWork } from '../../lib/publish/outbox/queue-work.ts';
import type { PublicPlace } from '../../lib/publish/public/place.ts';
import { putPublicPicture, removePublicPicture } from '../../lib/publish/public/public-picture.ts';
import { file, place } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { graphError, metaLogin, openMeta } from '../support/networks/meta.ts';
import { pictureOf, secretsOf } from '../support/networks/orders.ts';
import { bucketKeys, bucketOf, type FakeStore, openStore } from '../support/networks/s3.ts';
import { content, freeRules } from './support.ts';

const name = '01J00000000000000000000000.png';
const put = (to: PublicPlace | undefined): Promise<string> => putPublicPicture({ name, picture: pictureOf(2000) }, 'instagram', to);
const fails = (work: () => Promise<unknown>, says: RegExp, retryable: boolean): Promise<void> =>
  rejects(work, (error: unknown) => {
    ok(error instanceof NetworkFailure, String(error));
    match(error.message, says);
    return (
      error.failure.retryable === retryable && !error.message.includes(bucketKeys.secretAccessKey) && !/Signature=/.test(error.message)
    );
  });

async function withStore(work: (store: FakeStore) => Promise<void>): Promise<void> {
  const store = await openStore();
  await work(store).finally(() => store.close());
}

suite('a bucket for pictures that networks fetch', (test) => {
  test('the picture is put, fetched by a signed address, and removed', () =>
    withStore(async (store) => {
      const address = await put(bucketOf(store));
      match(address, new RegExp(`^${store.url}/posts/art/${name}\\?.*X-Amz-Expires=86400`));
      equal(store.objects.get(`art/${name}`)?.type, 'image/png');
      is((await fetch(address)).status, 200);
      is((await fetch(address.replace(/\?.*/, ''))).status, 403, 'nobody else can fetch it');
      is((await fetch(address.replace(name, 'other.png'))).status, 403);
      store.skew(86_401_000);
      is((await fetch(address)).status, 403, 'the address ends');
      store.skew(0);
      await removePublicPicture(name, bucketOf(store));
      await removePublicPicture(name, bucketOf(store));
      is(store.objects.size, 0);
    }));

  test('with an address of its own that anybody can fetch', () =>
    withStore(async (store) => {
      is(await put({ ...bucketOf(store), url: `${store.url}/public/` }), `${store.url}/public/art/${name}`);
    }));

  test('refusals say which setting to check, and nothing is posted', () =>
    withStore(async (store) => {
      const bucket = bucketOf(store);
      const wrong = (keys: Partial<typeof bucketKeys>) => ({ ...bucket, keys: async () => ({ ...bucketKeys, ...keys }) });
      await fails(() => put(wrong({ secretAccessKey: 'another' })), /SignatureDoesNotMatch.*secretAccessKey/, false);
      await fails(() => put(wrong({ accessKeyId: 'NOBODY' })), /InvalidAccessKeyId.*accessKeyId/, false);
      await fails(() => put({ ...bucket, bucket: 'missing' }), /NoSuchBucket.*bucket/, false);
      await fails(() => put({ ...bucket, region: 'elsewhere' }), /AuthorizationHeaderMalformed.*region/, false);
      await fails(() => put({ ...bucket, url: `${store.url}/public/elsewhere` }), /got 404. Check publish\.publicBucket/, true);
      store.skew(3_600_000);
      await fails(() => put(bucket), /RequestTimeTooSkewed.*clock/, false);
      await store.close();
      await fails(() => put(bucket), /ECONNREFUSED/, true);
      await fails(() => put(undefined), /publish\.publicBucket/, false);
    }));

  test('Instagram gets the address, and the object is gone when the post is out', () => sent('published', 1));
  test('the object is gone after a person cancels the post between two looks', () => sent('cancelled', 0));
  test('the object is gone when Instagram refuses the post for good', () => sent('failed', 0));

  const sent = (outcome: 'published' | 'failed' | 'cancelled', containers: number): Promise<void> =>
    withStore(async (store) => {
      const meta = await openMeta('instagram');
      if (outcome === 'failed')
        meta.fail({ on: 'POST', does: 'answer', reply: graphError('The aspect ratio is not supported', 36003, 2207009) });
      if (outcome === 'cancelled') meta.fail({ on: 'POST', does: 'answer', reply: { status: 503, text: 'later' } });
      const at = place();
      const open = () => new Instagram(meta.url, secretsOf(metaLogin));
      const ended: string[] = [];
      const warnings: string[] = [];
      const sender = new PostSender({
        home: at.home,
        gallery: at.again(),
        rules: freeRules,
        publicPlace: bucketOf(store),
        open,
        onPost: ({ state }) => ended.push(state),
        warn: (line) => warnings.push(line),
      });
      const about = { name: 'me', handle: '@painter', url: null, connectedAt: 0, stopped: null };
      await sender.accounts.save({ ...about, network: 'instagram', server: meta.url, secrets: {} });
      const options = { outbox: sender.outbox, accounts: sender.accounts, settings: content, open };
      const { id } = await queueWork(await file(at, 'a red fox'), await sender.accounts.get('me'), options);
      await sender.look();
      if (outcome === 'cancelled') {
        is(store.objects.size, 1, 'it is there for the next try');
        await sender.outbox.cancel(id);
        await sender.look();
        is((await sender.outbox.get(id)).state, 'cancelled');
      }
      equal([ended, warnings, store.puts.length, store.objects.size], [outcome === 'cancelled' ? [] : [outcome], [], 1, 0]);
      is(meta.containers.size, containers);
      for (const { asked } of meta.containers.values()) match(String(asked['image_url']), /\/posts\/art\/[0-9A-Z]{26}\.jpeg\?/);
      await sender.close();
      await meta.close();
    });
});
