/** The account in the Fediverse as a person sets it up; what `serve` does with it: test/federation. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match } from 'uvu/assert';
import { homeOf } from '../../lib/core/index.ts';
import { Followers } from '../../lib/federation/index.ts';
import { suite } from '../harness.ts';
import { type CliResult, cli, jsonOf, scratch } from './support.ts';

const home = path.join(scratch, 'fediverse');
const publish = (...words: string[]): Promise<CliResult> => cli(['publish', ...words, '--home', home]);
const done = async (...words: string[]): Promise<CliResult> => {
  const result = await publish(...words);
  is(result.code, 0, result.stderr);
  return result;
};

suite('publish activitypub', { timeoutMs: 120_000 }, (test) => {
  test.before(async () => {
    const painted = await cli(['create', 'a red fox', '--seed', '3', '--no-score', '--home', home]);
    is(painted.code, 0, painted.stderr);
  });

  test('connect says which settings are missing, then needs no secret', async () => {
    const off = await publish('connect', 'activitypub');
    is(off.code, 1);
    match(off.stderr, /federation\.enabled: expected true, got false\. Set federation\.enabled: true and federation\.url in config\.yaml/);
    match(
      (await publish('connect', 'activitypub', '--set', 'federation.enabled=true')).stderr,
      /federation\.url: expected the public address/,
    );
    const plain = await publish('connect', 'activitypub', '--set', 'federation.url=http://art.example.org');
    match(plain.stderr, /expected an address such as https/);
    writeFileSync(path.join(home, 'config.yaml'), 'federation:\n  enabled: true\n  url: https://art.example.org\n  handle: painter\n');
    match((await done('connect', 'activitypub')).stderr, /connected: @painter@art\.example\.org/);
  });

  test('a post is a file with its picture under a stable address, and is taken back', async () => {
    const id = (await done('add', 'latest', '--approve')).stdout.trim();
    await done('run', '--once');
    const notes = homeOf(home).federation('notes', 'shown');
    equal(readdirSync(notes), [`${id}.json`]);
    const note = JSON.parse(readFileSync(path.join(notes, `${id}.json`), 'utf8')) as { text: string; picture: string };
    match(note.text, /Made with AI/);
    is(existsSync(homeOf(home).federation('pictures', note.picture)), true);
    match((await done('status', id)).stdout, new RegExp(`https://art\\.example\\.org/ap/notes/${id}`));
    await done('delete', id);
    equal(readdirSync(notes), []);
    is(existsSync(homeOf(home).federation('pictures', note.picture)), false);
  });

  test('followers are listed, and a blocked server loses them', async () => {
    const book = new Followers(homeOf(home));
    for (const host of ['good.example', 'sub.spam.example']) {
      const actor = `https://${host}/users/ada`;
      await book.add({ actor, inbox: `${actor}/inbox`, sharedInbox: null, handle: `@ada@${host}`, since: 0 });
    }
    const view = async () => jsonOf(await done('followers', '--json')) as { total: number; blocked: string[] };
    is((await view()).total, 2);
    match((await done('block', 'https://spam.example/about')).stderr, /1 follower removed/);
    equal([(await view()).total, (await view()).blocked], [1, ['spam.example']]);
    await done('unblock', 'spam.example');
    const again = await publish('unblock', 'spam.example');
    is(again.code, 1);
    match(again.stderr, /expected a blocked one, got spam\.example/);
    match((await publish('block', 'a b')).stderr, /expected a name such as spam\.example/);
  });
});
