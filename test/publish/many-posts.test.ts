/**
 * Every network, two senders, and everything that goes wrong at once: answers that are lost, failures before and after acting, throttling, and senders that
 * are killed. AI_ARTIST_TEST_POSTS=1000 for the long run.
 */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../lib/core/index.ts';
import { Accounts, Outbox } from '../../lib/publish/index.ts';
import { file, place } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { discordLogin } from '../support/networks/discord.ts';
import { everyNetwork, type RemoteNetwork } from '../support/networks/every-network.ts';
import type { FakeNetwork, Fault } from '../support/networks/loopback.ts';
import { contentOf, pictureOf } from '../support/networks/orders.ts';
import { KilledSenders } from './killed-senders.ts';

const wanted = Number(process.env['AI_ARTIST_TEST_POSTS'] ?? 108);
const [speed, behindMs] = [300, 72 * 3_600_000];
const names = Object.keys(everyNetwork) as RemoteNetwork[];

/** Each failure for some calls of a network. Only calls that make a post act before they fail: that is where a second post could come from. */
const faultsOf = (posting: string): Fault[] => [
  { on: posting, does: 'drop', acts: true, times: 0, chance: 0.1 },
  { on: posting, does: 'cut', times: 0, chance: 0.08 },
  { on: posting, does: 'answer', acts: true, reply: { status: 502, text: '<html>Bad gateway</html>' }, times: 0, chance: 0.05 },
  { does: 'drop', times: 0, chance: 0.04 },
  { does: 'answer', reply: { status: 503, json: { error: 'try later' } }, times: 0, chance: 0.04 },
  { does: 'answer', reply: { status: 429, headers: { 'retry-after': '20' }, json: { error: 'slow down' } }, times: 0, chance: 0.03 },
];

/** A web server that shows a folder. */
async function showFolder(folder: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    readFile(path.join(folder, path.basename(request.url ?? ''))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

suite('many posts', { timeoutMs: 1_800_000 }, (test) => {
  test('on every network, with lost answers, failures, throttling and kills: none twice, none lost', async () => {
    const at = place();
    const outbox = new Outbox(at.home);
    const accounts = new Accounts(at.home);
    const networks = new Map<string, FakeNetwork>();
    const works = [await file(at, 'a red fox'), await file(at, 'a barn owl')];
    for (const name of names) {
      const { open, secrets, posting } = everyNetwork[name];
      const network = await open();
      networks.set(name, network);
      network.fail(...faultsOf(posting));
      const stored =
        name === 'discord' ? { webhook: `https://discord.com/api/webhooks/${discordLogin.id}/${discordLogin.token}` } : secrets;
      await accounts.save({
        name,
        network: name,
        server: network.url,
        secrets: JSON.parse(JSON.stringify(stored)),
        handle: name,
        url: null,
        connectedAt: 0,
        stopped: null,
      });
    }
    for (let count = 0; count < wanted; count++) {
      const name = names[count % names.length] as (typeof names)[number];
      const content = contentOf({ text: `work ${count} on ${name} #AIart` });
      const work = works[count % works.length]?.id ?? '';
      const about = { work, account: name, network: name, content, unknownSources: [], dueAt: null, price: 0 };
      // Every third post is an album or carousel.
      const other = { work: works[(count + 1) % works.length]?.id ?? '', altText: 'An owl', picture: pictureOf(count + 1) };
      await outbox.add({ ...about, picture: pictureOf(count), approvedBy: 'hand', ...(count % 3 === 0 && { more: [other] }) });
    }
    const folder = path.join(at.home, 'public');
    mkdirSync(folder);
    const web = await showFolder(folder);
    const senders = new KilledSenders({ home: at.home, speed, behindMs, folder, url: web.url });
    const chance = seededRandom(7);
    const isOver = async (): Promise<boolean> =>
      (await outbox.list()).posts.every(
        ({ state, recorded }) => state === 'unknown' || state === 'failed' || (state === 'published' && recorded),
      );
    try {
      const mostKills = wanted / 8;
      for (const stopAt = Date.now() + 1_500_000; !(await isOver()) && Date.now() < stopAt; ) {
        await sleep(600 + 900 * chance());
        if (senders.kills < mostKills) await senders.killOne(chance());
        else for (const network of networks.values()) network.heal();
      }
    } finally {
      await senders.close();
      web.close();
    }
    const { posts, broken } = await outbox.list();
    assert.equal(broken, []);
    assert.ok(senders.kills > 3, `senders were killed ${senders.kills} times`);
    const made = new Map<string, number>();
    for (const network of networks.values()) for (const { text } of network.posts) made.set(text, (made.get(text) ?? 0) + 1);
    assert.equal(
      [...made].filter(([, times]) => times > 1),
      [],
      'no post is there twice',
    );
    const wrong = posts.filter(({ state, content: { text } }) => (state === 'published' ? made.get(text) !== 1 : state !== 'unknown'));
    assert.equal(
      wrong.map(({ account, state, problem }) => [account, state, problem?.message]),
      [],
      `none is lost: ${senders.said.slice(-5).join('; ')}`,
    );
    // Only networks that nobody can ask leave a doubt, and not every post.
    const unknown = posts.filter(({ state }) => state === 'unknown');
    assert.equal(
      unknown.filter(({ network }) => network in everyNetwork && !everyNetwork[network as RemoteNetwork].blind),
      [],
    );
    const recorded = await Promise.all(works.map(async ({ id }) => (await at.again().get(id)).posts ?? []));
    const out = posts.filter(({ state }) => state === 'published');
    assert.is(
      recorded.flat().length,
      out.reduce((sum, { more = [] }) => sum + 1 + more.length, 0),
    );
    if (process.env['AI_ARTIST_TEST_POSTS'])
      console.error(
        `${posts.length} posts, ${senders.kills} kills, ${unknown.length} unknown, ${[...networks.values()].reduce((sum, { calls }) => sum + calls.length, 0)} calls`,
      );
    for (const network of networks.values()) await network.close();
  });
});
