import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { homeOf, isArtistError, redact } from '../../lib/core/index.ts';
import { Accounts, holdOf, type Post } from '../../lib/publish/index.ts';
import { place } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { desk, freeRules } from './support.ts';

const hour = 3_600_000;
const noon = Date.UTC(2026, 11, 2, 12);

async function approved(): Promise<Post> {
  const at = await desk();
  const { id } = await at.post();
  return at.sender().outbox.get(id);
}

const begun = (post: Post, id: string, at: number, price = 0): Post => ({ ...post, id, state: 'published', armed: { at, by: '' }, price });

suite('rules of posting', (test) => {
  test('posts a day, minutes between, quiet hours over midnight, money, a wished time', async () => {
    const post = await approved();
    const reason = (rules: object, others: Post[] = [], of: Post = post, now = noon): [string?, (number | null)?] => {
      const hold = holdOf(of, [of, ...others], { ...freeRules, ...rules }, now);
      return hold ? [hold.reason, hold.until] : [];
    };
    assert.equal(reason({}), []);
    assert.equal(reason({}, [], { ...post, dueAt: noon + hour })[1], noon + hour);
    const two = [begun(post, 'a', noon - 20 * hour), begun(post, 'b', noon - 3 * hour)];
    assert.equal(reason({ perDay: 2 }, two)[1], noon + 4 * hour);
    assert.equal(reason({ perDay: 3 }, two), []);
    assert.equal(reason({ perDay: 0 })[1], noon + 24 * hour);
    assert.equal(reason({ minutesBetween: 240 }, two)[1], noon + hour);
    const night = { quietHours: { from: '22:00', to: '07:30' }, timeZone: 'Europe/Berlin' };
    assert.equal(reason(night, [], post, Date.UTC(2026, 11, 2, 21, 0))[1], Date.UTC(2026, 11, 3, 6, 30));
    assert.equal(reason(night, [], post, Date.UTC(2026, 11, 2, 20, 59)), []);
    const paid = { ...post, price: 0.2 };
    const spent = [begun(post, 'a', noon - 40 * 24 * hour, 5), begun(post, 'b', noon - hour, 4.9)];
    assert.match(reason({ dollarsPerMonth: 5 }, spent, paid)[0] ?? '', /\$4.900/);
    assert.equal(reason({ dollarsPerMonth: 5.1 }, spent, paid), []);
    // Dearer than the whole limit: no time will help.
    assert.is(reason({ dollarsPerMonth: 0.1 }, spent, paid)[1], null);
    // A clock that was a month ahead when it posted must not stop posting for a month.
    assert.equal(reason({ perDay: 1 }, [begun(post, 'a', noon + 31 * 24 * hour)]), []);
  });

  test('posts a day over a month of posting: never more in any 24 hours', async () => {
    const at = await desk();
    const sender = at.sender({ perDay: 3, minutesBetween: 60 });
    for (let count = 0; count < 20; count++) await at.post(`fox ${count}`);
    const times: number[] = [];
    for (let hours = 0; hours < 24 * 8; hours++) {
      const before = at.network.posts.length;
      await sender.look();
      for (let more = before; more < at.network.posts.length; more++) times.push(at.clock.now());
      at.clock.jump(hour);
    }
    assert.is(times.length, 20);
    for (const [index, time] of times.entries()) if (index >= 3) assert.ok(time - (times[index - 3] ?? 0) >= 24 * hour);
  });
});

suite('accounts', (test) => {
  const secrets = z.strictObject({ token: z.string(), refreshToken: z.string() });
  const about = {
    name: 'me',
    network: 'mastodon',
    server: 'https://example.social',
    handle: '',
    url: null,
    connectedAt: 0,
    stopped: null,
  } as const;

  test('only their owner reads them; secrets are hidden in messages', async () => {
    const { home } = place();
    const accounts = new Accounts(home);
    await accounts.save({ ...about, secrets: { token: 'opens-the-door', refreshToken: 'makes-new-ones' } });
    if (process.platform !== 'win32') {
      assert.is(statSync(homeOf(home).account('me')).mode & 0o777, 0o600);
      assert.is(statSync(homeOf(home).accounts).mode & 0o777, 0o700);
    }
    await accounts.credentials('me', secrets).read();
    assert.is(redact('got opens-the-door'), 'got (secret)');
  });

  test('two processes that renew at once: the second sees what the first stored', async () => {
    const { home } = place();
    await new Accounts(home).save({ ...about, secrets: { token: 'token-0', refreshToken: 'renew-0' } });
    let asked = 0;
    const renew = (): Promise<unknown> =>
      new Accounts(home).credentials('me', secrets).renew(async (current) => {
        if (current.token !== 'token-0') return current;
        asked++;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return { token: 'token-1', refreshToken: 'renew-1' };
      });
    await Promise.all([renew(), renew()]);
    assert.is(asked, 1);
    assert.equal(await new Accounts(home).credentials('me', secrets).read(), { token: 'token-1', refreshToken: 'renew-1' });
  });

  test('secrets in the environment and in a file of the owner; a missing one is named', async () => {
    const { home } = place();
    const accounts = new Accounts(home);
    const file = path.join(path.dirname(home), 'token.txt');
    writeFileSync(file, 'from-a-file\n');
    await accounts.save({ ...about, secrets: { token: { env: 'TEST_PUBLISH_TOKEN' }, refreshToken: { file } } });
    const failure = await accounts
      .credentials('me', secrets)
      .read()
      .catch((error: unknown) => error);
    assert.ok(isArtistError(failure, 'ERR_CONFIG'));
    assert.match(failure.message, /TEST_PUBLISH_TOKEN/);
    process.env['TEST_PUBLISH_TOKEN'] = 'from-the-environment';
    assert.equal(await accounts.credentials('me', secrets).read(), { token: 'from-the-environment', refreshToken: 'from-a-file' });
    delete process.env['TEST_PUBLISH_TOKEN'];
  });

  test('names that are no file names are refused, and a near one is suggested', async () => {
    const { home } = place();
    const accounts = new Accounts(home);
    await accounts.save({ ...about, secrets: { token: 'abcdefgh' } });
    const codes: (string | undefined)[] = [];
    for (const name of ['../me', '', 'Me', 'mee']) {
      const failure = await accounts.get(name).catch((error: unknown) => error);
      codes.push(isArtistError(failure) ? failure.code : undefined);
    }
    assert.equal(codes, ['ERR_INVALID_ARGUMENT', 'ERR_INVALID_ARGUMENT', 'ERR_INVALID_ARGUMENT', 'ERR_NOT_FOUND']);
  });
});
