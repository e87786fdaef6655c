/** Who sends the posts of a home is known, also after senders were killed. */
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { equal, is, match, ok } from 'uvu/assert';
import { systemClock } from '../../lib/core/index.ts';
import { Accounts, holdsOf, runningSenders } from '../../lib/publish/index.ts';
import { suite } from '../harness.ts';
import { KilledSenders } from './killed-senders.ts';
import { desk, freeRules } from './support.ts';

suite('who sends', { timeoutMs: 60_000 }, (test) => {
  test('a sender is known while it works; an approved post waits for one', async () => {
    const { home, post, sender } = await desk();
    const { id } = await post();
    const at = sender();
    const { outbox } = at;
    const reason = async (): Promise<string | undefined> => {
      const { posts } = await outbox.list();
      return (await holdsOf(posts, { outbox, accounts: new Accounts(home), rules: freeRules }, Date.now())).get(id)?.reason;
    };
    equal(await runningSenders(outbox.home), []);
    match((await reason()) ?? '', /^nothing that sends posts is running: start ai-artist serve/);
    // One whose posts may not go out yet: the switch is off.
    await outbox.change(id, ['approved'], (draft) => {
      draft.dueAt = Date.now() + 3_600_000;
    });
    at.start();
    const [one] = await until(async () => runningSenders(outbox.home), 1);
    equal([one?.pid, one?.host, one?.program], [process.pid, hostname(), 'a program']);
    ok(Math.abs(Date.parse(one?.since ?? '') - Date.now()) < 60_000);
    match((await reason()) ?? '', /its time has not come/);
    await at.close();
    equal(await runningSenders(outbox.home), []);
  });

  test('killed senders are not named, and leave nothing once another has begun', async () => {
    const { home, sender } = await desk();
    const { outbox } = sender();
    const killed = new KilledSenders({ home, speed: 1, behindMs: 0 });
    await until(async () => runningSenders(outbox.home), 2);
    await killed.close();
    equal(await runningSenders(outbox.home), []);
    is(readdirSync(outbox.home.senders).length, 2);
    const next = sender();
    next.start();
    await until(async () => runningSenders(outbox.home), 1);
    is(readdirSync(outbox.home.senders).length, 1);
    await next.close();
  });
});

async function until<T>(look: () => Promise<T[]>, count: number): Promise<T[]> {
  for (let found = await look(); ; found = await look()) {
    if (found.length === count) return found;
    await systemClock.sleep(100);
  }
}
