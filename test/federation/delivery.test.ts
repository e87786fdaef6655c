/** Posts reach every follower once, over kills, dead servers and refusals. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { homeOf } from '../../lib/core/index.ts';
import { checkInbox, postActivity } from '../../lib/federation/delivery/post-activity.ts';
import { Followers } from '../../lib/federation/index.ts';
import { ActivityPub } from '../../lib/publish/networks/activitypub.ts';
import { suite } from '../harness.ts';
import { FediServer } from '../support/fedi-server.ts';
import { typescript } from '../support/run-source.ts';
import { follow, newHome, newId, openArtist, order, publish, until } from './support.ts';

const program = path.join(import.meta.dirname, 'programs/artist.ts');

/** Starts the account in a process of its own. */
async function start(home: string, port: number): Promise<{ child: ChildProcess; actor: string }> {
  const child = spawn(process.execPath, ['--import', typescript, program, home, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const actor = await new Promise<string>((done, fail) => {
    child.stdout?.once('data', (chunk) => done(String(chunk).trim()));
    child.once('exit', (code) => fail(new Error(`expected the account to start, got exit ${code}`)));
  });
  child.removeAllListeners('exit');
  return { child, actor };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

/** Makes people of these servers followers, as if each had asked. */
async function addFollowers(home: string, servers: readonly FediServer[], each: number): Promise<void> {
  const followers = new Followers(homeOf(home));
  for (const server of servers)
    for (let index = 0; index < each; index++) {
      const actor = server.person(`fan${index}`);
      await followers.add({ actor, inbox: `${actor}/inbox`, sharedInbox: null, handle: '', since: index });
    }
}

suite('federation, delivery', (test) => {
  test('killed twice in the middle of a delivery, it reaches every follower, and each knows it by its id', async () => {
    const home = newHome();
    const servers = await Promise.all([1, 2, 3].map(() => FediServer.open()));
    const each = 40;
    await addFollowers(home, servers, each);
    let { child, actor } = await start(home, 0);
    try {
      const uri = await publish({ publisher: new ActivityPub(actor, homeOf(home)) }, order(newId()));
      const count = (): number => servers.reduce((sum, server) => sum + server.taken.length, 0);
      for (const share of [0.3, 0.6]) {
        await until(`${share} of the deliveries`, () => count() >= servers.length * each * share);
        await kill(child);
        assert.ok(count() < servers.length * each, 'it was killed before the end');
        ({ child, actor } = await start(home, Number(new URL(actor).port)));
      }
      const reached = (): number => servers.reduce((sum, { taken }) => sum + new Set(taken.map(({ inbox }) => inbox)).size, 0);
      await until('all deliveries', () => reached() === servers.length * each);
      for (const { taken, received } of servers) {
        assert.equal(new Set(taken.map(({ id }) => id)), new Set([`${uri}#create`]));
        assert.is(received.length, 1, 'a server that gets it again knows it by its id');
      }
    } finally {
      await kill(child);
      await Promise.all(servers.map((server) => server.close()));
    }
  });

  test('a dead server holds up nobody, and gets what it missed when it is back', async () => {
    const artist = await openArtist();
    const alive = await FediServer.open();
    const dead = await FediServer.open();
    const { port } = dead;
    await follow(alive, 'ada', artist);
    await follow(dead, 'bob', artist);
    await until('both follow', async () => dead.once('Accept').length === 1 && alive.once('Accept').length === 1);
    await dead.close();
    const uris = [await publish(artist, order(newId())), await publish(artist, order(newId()))];
    await until('the living server has both', () => alive.once('Create').length === 2);
    assert.is(artist.federation.waiting, 2);
    const back = await FediServer.open({ port });
    await until('the other server has both', () => back.once('Create').length === 2);
    assert.equal(
      back
        .once('Create')
        .map(({ id }) => id)
        .sort(),
      uris.map((uri) => `${uri}#create`).sort(),
    );
    assert.equal(artist.warned, []);
    await Promise.all([artist.close(), alive.close(), back.close()]);
  });

  test('an inbox that is gone follows no more; one that refuses is told of, and not asked again', async () => {
    const artist = await openArtist();
    const [gone, refusing] = await Promise.all([FediServer.open(), FediServer.open()]);
    await follow(gone, 'ada', artist);
    await follow(refusing, 'bob', artist);
    await until('both follow', () => gone.once('Accept').length === 1 && refusing.once('Accept').length === 1);
    [gone.refuseWith, refusing.refuseWith] = [410, 403];
    await publish(artist, order(newId()));
    await until('the refusal', () => artist.warned.some((line) => line.includes('status 403')));
    await until('one follower is left', async () => (await artist.federation.followers.list()).length === 1);
    await until('nothing is to be delivered', () => artist.federation.waiting === 0);
    await Promise.all([artist.close(), gone.close(), refusing.close()]);
  });

  test('people who share an inbox get a post in one call', async () => {
    const artist = await openArtist();
    const fans = await FediServer.open({ sharedInbox: true });
    for (const name of ['ada', 'bob', 'eve']) await follow(fans, name, artist);
    const uri = await publish(artist, order(newId()));
    await until('the post', () => fans.received.some(({ type }) => type === 'Create'));
    await until('all is delivered', () => artist.federation.waiting === 0);
    assert.equal(
      fans.received.filter(({ type }) => type === 'Create').map(({ id, to }) => [id, to]),
      [[`${uri}#create`, undefined]],
    );
    await Promise.all([artist.close(), fans.close()]);
  });

  test('private addresses are not called, by number, name or DNS', async () => {
    for (const address of [
      'http://example.social/inbox',
      'https://127.0.0.1/inbox',
      'https://[::1]/inbox',
      'https://10.0.0.1/',
      'https://localhost/',
      'https://nas.local/',
      'https://u:p@example.social/',
    ])
      assert.throws(() => checkInbox(new URL(address), false), /public internet/, address);
    checkInbox(new URL('https://example.social/inbox'), false);
    const outcome = await postActivity('https://127.0.0.1:1/inbox', '{}', async (request) => request, false, new AbortController().signal);
    assert.is(outcome.is, 'refused');
  });
});
