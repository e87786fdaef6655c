import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { homeOf, isArtistError } from '../../lib/core/index.ts';
import { queueWork, setPublishingOff } from '../../lib/publish/index.ts';
import { suite } from '../harness.ts';
import { content, type Desk, desk } from './support.ts';

const minute = 60_000;
const hour = 60 * minute;

async function stateOf({ sender }: Desk, id: string): Promise<string> {
  return (await sender().outbox.get(id)).state;
}

/** The code of the error that a call ends with. */
async function refuses(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (isArtistError(error)) return error.code;
    throw error;
  }
  throw new Error('expected an error, got none');
}

/** What a sender could not do; told by every test that does not expect it. */
const warned: string[] = [];

suite('outbox', (test) => {
  test.after.each(() => assert.equal(warned.splice(0), []));

  test('an approved post goes out once, and the record of its work says where', async () => {
    const at = await desk(warned);
    const { id, work } = await at.post();
    const sender = at.sender();
    await sender.look();
    await sender.look();
    assert.is(at.network.posts.length, 1);
    const post = await sender.outbox.get(id);
    assert.equal(
      post.history.map(({ state }) => state),
      ['approved', 'uploading', 'processing', 'armed', 'published'],
    );
    const posts = (await at.again().get(work.id)).posts ?? [];
    assert.equal(
      posts.map(({ id: of, network, url }) => [of, network, url]),
      [[id, 'mastodon', `https://example.social/${id}`]],
    );
    assert.match(post.content.text, /Made with AI/);
  });

  test('an answer that was lost: found among the own posts, not posted again', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    at.network.faults.publish = ['lost'];
    const sender = at.sender();
    await sender.look();
    assert.is(await stateOf(at, id), 'armed');
    await sender.look();
    assert.not(at.network.calls.includes('find'), 'it looks only after the network had time');
    at.clock.jump(10 * minute);
    await sender.look();
    assert.is(await stateOf(at, id), 'published');
    assert.is(at.network.posts.length, 1);
  });

  test('a call that was cut before it acted: looked for, then posted', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    at.network.faults.publish = ['cut'];
    const sender = at.sender();
    await sender.look();
    at.clock.jump(10 * minute);
    await sender.look();
    assert.is(await stateOf(at, id), 'published');
    assert.is(at.network.posts.length, 1);
  });

  for (const fault of ['lost', 'cut'] as const)
    test(`a network without a list and without keys (${fault}): unknown, never posted again by itself`, async () => {
      const at = await desk(warned);
      at.network.hasList = false;
      at.network.faults.publish = [fault];
      const { id } = await at.post();
      const sender = at.sender();
      for (let times = 0; times < 5; times++) {
        await sender.look();
        at.clock.jump(hour);
      }
      assert.is(await stateOf(at, id), 'unknown');
      assert.is(at.network.calls.filter((call) => call === 'publish').length, 1);
      assert.is(await refuses(() => sender.outbox.retry(id)), 'ERR_INVALID_ARGUMENT');
    });

  test('a network with keys and without a list: repeated with the key as long as it is kept', async () => {
    const at = await desk(warned);
    Object.assign(at.network, { hasList: false, hasKeys: true, repeatableMs: hour });
    at.network.faults.publish = ['lost', 'lost'];
    const { id } = await at.post();
    const sender = at.sender();
    await sender.look();
    at.clock.jump(5 * minute);
    await sender.look();
    at.clock.jump(10 * minute);
    await sender.look();
    assert.is(await stateOf(at, id), 'published');
    assert.is(at.network.posts.length, 1);
  });

  for (const [what, jump] of [
    ['after the key was forgotten', 2 * hour],
    ['after the clock was set back', -2 * hour],
  ] as const)
    test(`with keys and without a list, ${what}: unknown`, async () => {
      const at = await desk(warned);
      Object.assign(at.network, { hasList: false, hasKeys: true, repeatableMs: hour });
      at.network.faults.publish = ['lost'];
      const { id } = await at.post();
      const sender = at.sender();
      await sender.look();
      at.clock.jump(jump);
      // A wait that seems longer after the clock was set back is not waited for in this test.
      await sender.outbox.change(id, ['armed'], (post) => {
        post.nextAt = null;
      });
      await sender.look();
      assert.is(await stateOf(at, id), 'unknown');
      assert.is(at.network.posts.length, 1);
    });

  test('what another sender armed is not touched before its call can have ended, then looked for', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    const first = at.sender();
    at.network.faults.publish = ['lost'];
    await first.look();
    // As after kill -9: armed, and nothing noted since.
    await first.outbox.change(id, ['armed'], (post) => {
      post.nextAt = null;
    });
    const second = at.sender();
    await second.look();
    assert.not(at.network.calls.includes('find'));
    at.clock.jump(2 * minute);
    await second.look();
    assert.is(await stateOf(at, id), 'published');
    assert.is(at.network.posts.length, 1);
  });

  test('throttled: the time that the network asks for is kept, and nothing is unsure', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    at.network.faults.publish = ['busy'];
    const sender = at.sender();
    await sender.look();
    assert.is(await stateOf(at, id), 'processing');
    at.clock.jump(9 * minute);
    await sender.look();
    assert.is(at.network.calls.filter((call) => call === 'publish').length, 1);
    at.clock.jump(2 * minute);
    await sender.look();
    assert.is(await stateOf(at, id), 'published');
    assert.not(at.network.calls.includes('find'));
  });

  test('a network that is down for a day: posted when it is back; for eight days: failed, and may be tried again', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    at.network.faults.upload = Array.from({ length: 1000 }, () => 'cut' as const);
    const sender = at.sender();
    for (let hours = 0; hours < 24; hours++) {
      await sender.look();
      at.clock.jump(hour);
    }
    assert.is(await stateOf(at, id), 'uploading');
    for (let hours = 0; hours < 8 * 24; hours++) {
      await sender.look();
      at.clock.jump(hour);
    }
    const post = await sender.outbox.get(id);
    assert.equal([post.state, post.problem?.retryable], ['failed', true]);
    assert.ok(at.network.calls.length < 260, `waits of an hour, got ${at.network.calls.length} calls`);
    at.network.faults.upload = [];
    await sender.outbox.retry(id);
    await sender.look();
    assert.is(await stateOf(at, id), 'published');
  });

  test('a refused text fails for good; the others go on', async () => {
    const at = await desk(warned);
    const [first, second] = [await at.post('a red fox'), await at.post('a barn owl')];
    at.network.faults.publish = ['refused'];
    await at.sender().look();
    assert.equal([await stateOf(at, first.id), await stateOf(at, second.id)], ['failed', 'published']);
    assert.equal(at.ended.map(({ state }) => state).sort(), ['failed', 'published']);
  });

  test('a token that is no longer valid stops the account until it is connected again; no post is lost', async () => {
    const at = await desk(warned);
    const [first, second] = [await at.post('a red fox'), await at.post('a barn owl')];
    at.network.faults.upload = ['token'];
    const sender = at.sender();
    await sender.look();
    await sender.look();
    assert.equal(at.network.calls, ['upload']);
    const account = await at.accounts.get('me');
    assert.is(account.stopped?.code, 'ERR_UNAUTHENTICATED');
    assert.match(warned.splice(0).join(), /me has stopped/);
    await at.accounts.save({ ...account, stopped: null });
    await sender.look();
    assert.equal([await stateOf(at, first.id), await stateOf(at, second.id)], ['published', 'published']);
  });

  test('a picture that the network threw away is sent again', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    at.network.faults.isReady = ['gone'];
    const sender = at.sender();
    await sender.look();
    at.clock.jump(5 * minute);
    await sender.look();
    assert.is(await stateOf(at, id), 'published');
    assert.is(at.network.calls.filter((call) => call === 'upload').length, 2);
  });

  test('two senders at once: one works on the account, each post goes out once', async () => {
    const at = await desk(warned);
    for (let count = 0; count < 5; count++) await at.post(`fox ${count}`);
    const senders = [at.sender(), at.sender(), at.sender()];
    await Promise.all(senders.map((sender) => sender.look()));
    await Promise.all(senders.map((sender) => sender.look()));
    assert.is(at.network.posts.length, 5);
    assert.is(new Set(at.network.posts.map(({ order }) => order)).size, 5);
  });

  test('the switch: nothing goes out while its file exists, also if it came in the middle', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    await setPublishingOff(at.home, true);
    const sender = at.sender();
    await sender.look();
    assert.is(await stateOf(at, id), 'approved');
    assert.is(await refuses(() => sender.sendNow(id)), 'ERR_FORBIDDEN');
    rmSync(homeOf(at.home).publishingOff);
    at.network.isReady = async () => {
      writeFileSync(homeOf(at.home).publishingOff, '');
      return true;
    };
    await sender.look();
    assert.is(await stateOf(at, id), 'processing');
    assert.is(at.network.posts.length, 0);
  });

  test('a post that is cancelled while it is sent does not go out', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    const sender = at.sender();
    at.network.isReady = async () => {
      await at.sender().outbox.cancel(id);
      return true;
    };
    await sender.look();
    assert.is(await stateOf(at, id), 'cancelled');
    assert.is(at.network.posts.length, 0);
  });

  test('a damaged record: the older one is not trusted, a person must look', async () => {
    const at = await desk(warned);
    const { id } = await at.post();
    at.network.faults.publish = ['lost'];
    await at.sender().look();
    truncateSync(homeOf(at.home).post(id, 'post.json'), 100);
    const sender = at.sender();
    at.clock.jump(hour);
    await sender.look();
    assert.is(await stateOf(at, id), 'unknown');
    assert.is(at.network.posts.length, 1);
  });

  test('the same work twice on one account is refused unless it is asked for', async () => {
    const at = await desk(warned);
    const { work } = await at.post();
    const options = { outbox: at.sender().outbox, accounts: at.accounts, settings: content, open: () => at.network };
    const account = await at.accounts.get('me');
    assert.is(await refuses(() => queueWork(work, account, options)), 'ERR_ALREADY_EXISTS');
    await queueWork(work, account, { ...options, again: true });
  });

  test('figures are read at their ages, and one that was missed is not made up', async () => {
    const at = await desk(warned);
    const { id, work } = await at.post();
    const sender = at.sender();
    await sender.look();
    for (const hours of [1, 6, 200]) {
      at.clock.jump(hours * hour);
      await sender.look();
    }
    const { metrics } = await sender.outbox.get(id);
    assert.equal(
      metrics.map(({ age }) => age),
      ['1h', '6h', '7d'],
    );
    const [entry] = (await at.again().get(work.id)).posts ?? [];
    assert.is(entry === undefined ? 0 : (entry['metrics'] as unknown[]).length, 3);
  });
});
