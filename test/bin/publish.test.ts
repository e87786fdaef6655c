/** `publish` as a person uses it, with a folder for a network. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { equal, is, match, not, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { mastodonToken, openMastodon } from '../support/networks/mastodon.ts';
import { type CliResult, cli, jsonOf, scratch } from './support.ts';

const home = path.join(scratch, 'posting');
const posts = path.join(scratch, 'posts & more');
const publish = (...words: string[]): Promise<CliResult> => cli(['publish', ...words, '--home', home]);
const done = async (...words: string[]): Promise<CliResult> => {
  const result = await publish(...words);
  is(result.code, 0, result.stderr);
  return result;
};
/** `publish run`, which goes on until it gets a signal. */
function publishing(): { child: ChildProcess; ended: Promise<CliResult> } {
  let child: ChildProcess | undefined;
  const ended = cli(['publish', 'run', '--home', home, '--set', 'publish.perDay=100', '--set', 'publish.minutesBetween=0'], {
    onStart: (started) => {
      child = started;
    },
  });
  if (!child) throw new Error('it was not started');
  return { child, ended };
}
const files = (): string[] => (existsSync(posts) ? readdirSync(posts).sort() : []);

suite('publish', { timeoutMs: 120_000 }, (test) => {
  test.before(async () => {
    const painted = await cli(['create', 'a red fox & <friends>', '--seed', '3', '--no-score', '--home', home]);
    is(painted.code, 0, painted.stderr);
  });

  test('without an account it says how to connect one', async () => {
    for (const words of [
      ['add', 'latest'],
      ['preview', 'latest'],
    ]) {
      const result = await publish(...words);
      is(result.code, 1);
      match(result.stderr, /publish connect --help/);
    }
    equal((await done('accounts')).stdout, '');
  });

  test('wrong networks, servers, accounts and posts are refused with what to do', async () => {
    const cases: [RegExp, string[]][] = [
      [/expected one of folder, mastodon/, ['connect', 'mastodn']],
      [/expected the folder/, ['connect', 'folder']],
      [/expected the address of the server/, ['connect', 'mastodon', 'http://example.org']],
      [/NAME=env:VARIABLE/, ['connect', 'mastodon', 'example.org', '--secret', 'token=abcdefg']],
      [/token: expected it as a line of standard input/, ['connect', 'mastodon', 'example.org']],
      [/expected up to 64 of a-z/, ['connect', 'folder', posts, '--as', '../x']],
      [/publish accounts/, ['disconnect', 'nobody']],
      [/expected the id of a post, got nix/, ['status', 'nix']],
      [/expected a time such as/, ['add', 'latest', '--at', 'tomorrow']],
    ];
    for (const [said, words] of cases) {
      const result = await publish(...words);
      ok(result.code !== 0, words.join(' '));
      match(result.stderr, said);
      not.match(result.stderr, /abcdefg/);
    }
    equal(files(), []);
  });

  test('preview, draft, approve, run, record, delete', async () => {
    is((await done('connect', 'folder', posts)).stdout.trim(), 'folder');
    match((await done('preview', 'latest')).stdout, /Made with AI \(ai-artist-mini\)\n\n#AIart/);
    const id = (await done('add', 'latest')).stdout.trim();
    equal([(await publish('add', 'latest')).code, files()], [1, []]);
    await done('run', '--once');
    equal(files(), [], 'a draft waits for a person');
    await done('approve', id.slice(-6));
    await done('off');
    await done('run', '--once');
    equal(files(), [], 'publishing is off');
    match((await done('queue')).stdout, /publishing is off/);
    match((await done('queue', '--set', 'publish.perDay=0')).stdout, /approved/);
    await done('on');
    match((await done('queue', '--set', 'publish.perDay=0')).stdout, /0 posts within 24 hours, until/);
    await done('run', '--once');
    equal(files(), [`${id}.json`, `${id}.png`, 'feed.xml']);
    match(readFileSync(path.join(posts, 'feed.xml'), 'utf8'), /<title>Red Fox &amp;</);
    await done('run', '--once');
    is(files().length, 3);
    const shown = JSON.parse((await cli(['gallery', 'show', 'latest', '--json', '--home', home])).stdout) as Record<string, unknown>;
    match(JSON.stringify(shown), new RegExp(`"posts":\\[\\{"id":"${id}"`));
    const status = jsonOf(await done('status', id, '--json'))['post'] as { state: string; history: unknown[] };
    equal([status.state, status.history.length], ['published', 6]);
    await done('delete', 'latest');
    equal(files(), ['feed.xml']);
  });

  test('now: at once, in spite of the posts a day', async () => {
    const id = (await done('add', 'latest', '--again')).stdout.trim();
    const now = await publish('now', 'latest', '--set', 'publish.perDay=0');
    equal([now.code, files().includes(`${id}.json`)], [0, true]);
    match(now.stdout, /^file:/);
  });

  test('run: stays with nothing to do, sends what is added meanwhile, and ends with Ctrl-C', async () => {
    const before = files().length;
    const running = publishing();
    await delay(1500);
    not.ok(running.child.exitCode !== null, 'it has ended');
    const id = (await done('add', 'latest', '--again', '--approve')).stdout.trim();
    for (let tries = 0; tries < 300 && !files().includes(`${id}.json`); tries++) await delay(100);
    ok(files().length > before);
    running.child.kill('SIGINT');
    const { code, signal, stderr } = await running.ended;
    equal([code, signal], [0, null], stderr);
    match(stderr, new RegExp(`${id}.* published`));
  });

  test('add --caption: a person’s own words; --together: several works in one post, refused where a network takes one', async () => {
    const id = (await done('add', 'latest', '--again', '--caption', 'My {fox}')).stdout.trim();
    const post = jsonOf(await done('status', id, '--json'))['post'] as { content: { text: string } };
    match(post.content.text, /^My \{fox\}\n\nMade with AI/);
    const painted = await cli(['create', 'a barn owl', '--seed', '4', '--no-score', '--home', home]);
    is(painted.code, 0, painted.stderr);
    const refused = await publish('add', '--query', 'rating:none', '--together', '--again');
    ok(refused.code !== 0);
    match(refused.stderr, /at most 1 picture in a post on folder, got 2/);
    const network = await openMastodon();
    const login = { input: `${mastodonToken}\n` };
    is((await cli(['publish', 'connect', 'mastodon', network.url, '--home', home], login)).code, 0);
    const listed = jsonOf(await cli(['gallery', 'list', '--home', home, '--json']))['works'] as { id: string }[];
    const works = listed.map(({ id: work }) => work);
    const seen = await done('preview', ...works, '--together', '--to', 'mastodon', '--caption', 'Both of {today}');
    match(seen.stdout, /^--- mastodon: .*\nBoth of \{today\}\n\nMade with AI/);
    is(seen.stdout.match(/^alt: /gm)?.length, 2);
    const file = path.join(scratch, 'two.png');
    const twice = await publish('preview', ...works, '--to', 'mastodon', '--out', file);
    match(twice.stderr, /--out: expected one picture, got 2/);
    ok(!existsSync(file));
    const album = (await done('add', '--query', 'rating:none', '--together', '--again', '--approve', '--to', 'mastodon')).stdout.trim();
    await done('now', album);
    is((network.posts[0]?.asked['media_ids'] as string[] | undefined)?.length, 2);
    await done('disconnect', 'mastodon');
    await network.close();
  });

  test('schedule add --publish: a run of the job queues its work; an account that is not there is refused', async () => {
    const schedule = (...words: string[]): Promise<CliResult> => cli(['schedule', ...words, '--home', home]);
    match((await schedule('add', 'daily', '09:00', '--publish', 'nobody')).stderr, /ERR_NOT_FOUND: account/);
    const job = (await schedule('add', 'daily', '09:00', '--publish', 'folder', '--topic', 'a barn owl', '--steps', '1')).stdout.trim();
    const run = await schedule('run-now', job, '--json');
    is(run.code, 0, run.stderr);
    const newest = jsonOf(await cli(['gallery', 'show', 'latest', '--home', home, '--json'])) as { id?: string; work?: { id: string } };
    const posts = jsonOf(await done('queue', '--json'))['posts'] as { work: string; account: string; state: string }[];
    const queued = posts.filter(({ work }) => work === (newest.id ?? newest.work?.id));
    equal(
      queued.map(({ account, state }) => [account, state]),
      [['folder', 'draft']],
    );
    is((await schedule('remove', job)).code, 0);
  });

  test('with provenance.sign the picture that goes out has a manifest of its own', async () => {
    const id = (await done('add', 'latest', '--again', '--approve', '--set', 'provenance.sign=true')).stdout.trim();
    await done('now', id);
    const verified = await cli(['verify', path.join(posts, `${id}.png`), '--json', '--home', home]);
    match(verified.stdout, /"state":"valid"/);
    const unsigned = (await done('add', 'latest', '--again', '--approve')).stdout.trim();
    await done('now', unsigned);
    match((await cli(['verify', path.join(posts, `${unsigned}.png`), '--json', '--home', home])).stdout, /"state":"absent"/);
  });

  test('secrets come from standard input, never appear in the output, and a server that is not there is said', async () => {
    const result = await cli(['publish', 'connect', 'mastodon', 'http://127.0.0.1:9', '--home', home, '--debug'], {
      input: 'my-secret-token\n',
    });
    is(result.code, 1);
    match(result.stderr, /127\.0\.0\.1:9: expected an answer, got/);
    not.match(result.stdout + result.stderr, /my-secret-token/);
    not.ok(existsSync(path.join(home, 'accounts/mastodon.json')), 'an account that was never proved is not kept');
  });

  test('connect --browser: the page of consent leads back, the account is connected, and no secret is shown', async () => {
    const network = await openMastodon({ rules: ['Be kind'] });
    const words = ['publish', 'connect', 'mastodon', network.url, '--as', 'painter', '--browser', '--home', home, '--debug'];
    const onPage = (act: (address: string, child: ChildProcess) => unknown) => (child: ChildProcess) => {
      let said = '';
      const hear = (text: string): void => {
        said += text;
        const address = /address: (http\S+)\n/.exec(said)?.[1];
        if (address === undefined) return;
        child.stderr?.off('data', hear);
        act(address, child);
      };
      child.stderr?.on('data', hear);
    };
    const interrupted = await cli(words, { onStart: onPage((_, child) => child.kill('SIGINT')) });
    equal([interrupted.code, existsSync(path.join(home, 'accounts/painter.json'))], [130, false]);
    const result = await cli(words, { onStart: onPage((address) => void fetch(address)) });
    is(result.code, 0, result.stderr);
    match(result.stderr, /connected: @painter@127[\s\S]*Be kind/);
    not.match(result.stdout + result.stderr, new RegExp(`${mastodonToken}|secret-of-the-app|code-\\d-of`));
    match(readFileSync(path.join(home, 'accounts/painter.json'), 'utf8'), new RegExp(mastodonToken));
    await done('disconnect', 'painter');
    await network.close();
  });

  test('a record that somebody has damaged is named, and the others go on', async () => {
    const id = (await done('add', 'latest', '--again', '--approve')).stdout.trim();
    writeFileSync(path.join(home, 'outbox', id, 'post.json'), '{');
    const queue = await done('queue', '--all');
    match(queue.stderr, new RegExp(`${id}.post.json: expected the record of a post`));
    await done('run', '--once');
    not.ok(files().includes(`${id}.json`));
  });
});
