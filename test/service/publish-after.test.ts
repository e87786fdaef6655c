import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { jobPayload, jobView, splitPayload } from '../../lib/artist/index.ts';
import { loadConfig } from '../../lib/config/index.ts';
import { isArtistError, systemClock } from '../../lib/core/index.ts';
import { type Artwork, Gallery } from '../../lib/gallery/index.ts';
import { connectAccount } from '../../lib/publish/index.ts';
import { ScheduleDaemon, ScheduleStore } from '../../lib/schedule/index.ts';
import { checkAccounts, FiguresReader, metricsPage, openPublishing, publishAfter } from '../../lib/service/index.ts';
import { picture, recipe } from '../gallery/support.ts';
import { suite } from '../harness.ts';

suite('a job whose works are published', { timeoutMs: 60_000 }, (test) => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist after '));
  test.after(() => rmSync(scratch, { recursive: true, force: true }));
  let count = 0;

  const studio = async (...accounts: string[]) => {
    const home = path.join(scratch, `home ${++count}`);
    for (const name of accounts)
      await connectAccount(home, { name, network: 'folder', server: path.join(home, 'posts', name), secrets: {} });
    const loaded = await loadConfig({ home });
    return {
      home,
      loaded,
      gallery: new Gallery({ home }),
      publishing: openPublishing(loaded, { warn: () => undefined }),
      store: new ScheduleStore(home),
    };
  };
  type Studio = Awaited<ReturnType<typeof studio>>;
  /** Runs the job once, as a schedule does; `file` stands for painting. */
  const runJob = async ({ publishing, gallery, store, loaded }: Studio, publish: string[], file: () => Promise<Artwork>) => {
    const warned: string[] = [];
    const orders: unknown[] = [];
    const { payload } = await jobPayload({ publish }, loaded);
    const { id } = await store.add({ when: 'daily 09:00', payload });
    const run = publishAfter(
      async (task) => {
        orders.push(task.payload);
        const work = await file();
        return { id: work.id, path: work.path };
      },
      { publishing, gallery, warn: (line) => warned.push(line) },
    );
    const requested = await store.runNow(id);
    const daemon = await ScheduleDaemon.start({ store, only: requested.id, run });
    let record: Awaited<ReturnType<typeof store.history>>[number] | undefined;
    for (let tries = 0; tries < 200 && !record; tries++) {
      await systemClock.sleep(25);
      record = (await store.history({ limit: 10 })).find((one) => one.id === requested.id);
    }
    await daemon.stop();
    return { record, warned, orders, job: await store.get(id) };
  };

  test('each work is queued for the accounts named, or for all; the painter and a queue see the order alone', async () => {
    const at = await studio('one', 'two');
    const add = (): Promise<Artwork> => at.gallery.add({ image: picture(recipe('a red fox')) });
    const named = await runJob(at, ['one'], add);
    assert.is(named.record?.outcome, 'done');
    assert.equal(named.orders, [{ version: 2 }]);
    assert.equal(
      (await at.publishing.outbox.list()).posts.map(({ account }) => account),
      ['one'],
    );
    assert.equal([jobView(named.job)['publish'], jobView(named.job)['payload']], [['one'], { version: 2 }]);
    await runJob(at, [], () => at.gallery.add({ image: picture(recipe('an owl')) }));
    assert.equal((await at.publishing.outbox.list()).posts.map(({ account }) => account).sort(), ['one', 'one', 'two']);
  });

  test('a run that is repeated adds no second post, also of one that was cancelled', async () => {
    const at = await studio('one');
    const work = await at.gallery.add({ image: picture(recipe('a red fox')) });
    const first = await runJob(at, ['one'], async () => work);
    const { posts } = await at.publishing.outbox.list();
    const again = await runJob(at, ['one'], async () => work);
    await at.publishing.outbox.cancel(posts[0]?.id ?? '');
    await runJob(at, ['one'], async () => work);
    assert.is((await at.publishing.outbox.list()).posts.length, 1);
    const idsOf = ({ record }: typeof first): unknown => (record?.results[0] as { posts: string[] } | undefined)?.posts;
    assert.equal([idsOf(first), idsOf(again)], [[posts[0]?.id], [posts[0]?.id]]);
  });

  test('sources that forbid the post are a warning in the history, and the run is done', async () => {
    const at = await studio('one', 'two');
    const refused = (): Promise<Artwork> =>
      at.gallery.add({
        image: picture(recipe('a heron')),
        about: { derivation: { inspiration: { title: 'Heron', licence: { id: 'all-rights-reserved' } } } },
      });
    const { record, warned } = await runJob(at, [], refused);
    assert.is(record?.outcome, 'done');
    const { warnings } = (record?.results[0] ?? { warnings: [] }) as { warnings: string[] };
    assert.is(warnings.length, 2);
    assert.match(warnings[0] ?? '', /^not published to one: ERR_LICENCE/);
    assert.is(warned.length, 2);
    assert.equal((await at.publishing.outbox.list()).posts, []);
  });

  test('metrics count posts by network, outcome and state, and say which account has stopped and when a token ends', async () => {
    const at = await studio('one', 'two');
    const page = async (): Promise<string> => {
      const reader = new FiguresReader({ home: at.home, gallery: at.gallery, parts: ['posts'] });
      return (await metricsPage(await reader.read().finally(() => reader.close()), '0')).text;
    };
    await runJob(at, [], () => at.gallery.add({ image: picture(recipe('a red fox')) }));
    const { accounts, outbox } = at.publishing;
    const [post] = (await outbox.list()).posts;
    await outbox.cancel(post?.id ?? '');
    const failed = (await outbox.list()).posts.find(({ state }) => state !== 'cancelled');
    // It failed, and was tried again: a counter does not fall.
    await outbox.change(failed?.id ?? '', ['draft', 'approved'], (draft) => {
      draft.history.push({ at: 1, state: 'failed' }, { at: 2, state: draft.state });
    });
    await accounts.stop('two', { code: 'ERR_UNAUTHENTICATED', message: 'the token is not valid' });
    const one = await accounts.get('one');
    await accounts.save({ ...one, network: 'threads', name: 'three', secrets: { expiresAt: Date.now() + 3 * 86_400_000 } });
    const text = await page();
    for (const line of [
      'ai_artist_posts_total{network="folder",outcome="cancelled"} 1',
      'ai_artist_posts_total{network="folder",outcome="failed"} 1',
      'ai_artist_posts{state="draft"} 1',
      'ai_artist_account_stopped{account="one"} 0',
      'ai_artist_account_stopped{account="two"} 1',
    ])
      assert.ok(text.includes(line), line);
    assert.match(text, /account_token_expires_days\{account="three"\} 2\.99/);
    assert.not.match(text, /expires_days\{account="one"/);
    const empty = await studio();
    const reader = new FiguresReader({ home: empty.home, gallery: empty.gallery, parts: ['posts'] });
    assert.is((await reader.read().finally(() => reader.close())).posts, null);
  });

  test('an account that is not connected is refused; null ends publishing', async () => {
    const at = await studio('one');
    const error = await checkAccounts(at.home, ['one', 'on']).catch((reason: unknown) => reason);
    assert.ok(isArtistError(error, 'ERR_NOT_FOUND'));
    const made = await jobPayload({ publish: ['one'] }, at.loaded);
    const known = { payload: made.payload ?? null, rotation: [] };
    const kept = await jobPayload({ options: { steps: 3 } }, at.loaded, known);
    assert.equal(splitPayload(kept.payload ?? null), { order: { version: 2, steps: 3 }, publish: ['one'] });
    const ended = await jobPayload({ publish: null }, at.loaded, known);
    assert.equal(ended.payload, { version: 2 });
  });
});
