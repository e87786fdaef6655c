/** Hooks of a home, with real commands, a real receiver and the bundled model. */
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { isAlive, systemClock } from '../../lib/core/index.ts';
import { HookBook, inHook, newWebhookSecret } from '../../lib/hooks/index.ts';
import { createArtist } from '../../lib/index.ts';
import { suite } from '../harness.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist hooks 🪝-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;
function newHome(on: string, more: Record<string, string> = {}): string {
  const home = path.join(scratch, `home ${homes++}`);
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'config.yaml'), `paint: {steps: 1, width: 64, height: 64}\ncreate: {upscale: false}\n${on}\n`);
  for (const [name, text] of Object.entries(more)) writeFileSync(path.join(home, name), text);
  return home;
}
const node = JSON.stringify(process.execPath);
/** Appends what it got to a file, a line for each call. */
const keeper = `import { appendFileSync } from 'node:fs'; import { text } from 'node:stream/consumers';
appendFileSync(process.argv[2], JSON.stringify({ env: process.env.AI_ARTIST_EVENT, about: process.env.AI_ARTIST_ABOUT, file: process.env.AI_ARTIST_FILE, ...JSON.parse(await text(process.stdin)) }) + '\\n');`;
interface Kept {
  env: string;
  about: string;
  file: string;
  type: string;
  data: Record<string, unknown>;
}
const keptIn = (home: string, file = 'kept.jsonl'): Kept[] =>
  existsSync(path.join(home, file))
    ? readFileSync(path.join(home, file), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Kept)
    : [];
const recordsOf = async (home: string) => (await new HookBook(home, systemClock).read()).records;

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}
/** Answers with these statuses in turn; the last one repeats. */
async function receiver(...statuses: number[]) {
  const got: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(statuses[Math.min(got.length, statuses.length) - 1] ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    got,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret/path-12345`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

suite('hooks', { timeoutMs: 240_000 }, (test) => {
  test('the example of docs/hooks.md does what the page says', async () => {
    const page = readFileSync(path.join(root, 'docs/hooks.md'), 'utf8');
    const yaml = (/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '')
      .replace(/^.*example\.org.*\n/m, '')
      .replace(/^ {2}secret: .*\n/m, '')
      .replace('[node, on-work', `[${node}, on-work`);
    const script = /```js\n(.*?)```/s.exec(page)?.[1] ?? '';
    assert.match(yaml, /on-work\.mjs/);
    const home = newHome(yaml, { 'on-work.mjs': script });
    const warnings: string[] = [];
    const artist = await createArtist({ home, onWarning: (line) => warnings.push(line) });
    const { work } = await artist.create({ prompt: 'flat vector art of a fox' });
    await artist.dispose();
    assert.equal(warnings, []);
    assert.is(readFileSync(path.join(home, 'works.log'), 'utf8'), `work.filed ${work.id} ${work.title}\n`);
    assert.ok(readdirSync(home).includes(`newest-${path.basename(work.path)}`));
    const [record] = await recordsOf(home);
    assert.equal([record?.type, record?.about, record?.state, record?.status], ['work.filed', work.id, 'done', 0]);
  });

  test('works are told once each: several artists, repeated tasks; not those that are not filed', async () => {
    const home = newHome(`on: {work: [[${node}, keep.mjs, kept.jsonl]]}`, { 'keep.mjs': keeper });
    const artists = await Promise.all([createArtist({ home }), createArtist({ home })]);
    const [first] = await Promise.all(artists.map((artist, index) => artist.create({ prompt: `a fox, ${index}`, task: 'same' })));
    const again = await artists[1]?.create({ prompt: 'an owl', task: 'same' });
    const other = await artists[0]?.create({ prompt: 'a hare' });
    await artists[0]?.create({ prompt: 'a mole', gallery: false });
    await Promise.all(artists.map((artist) => artist.dispose()));
    assert.is(again?.work?.id, first?.work?.id);
    const kept = keptIn(home);
    assert.equal(kept.map(({ about }) => about).sort(), [first?.work?.id, other?.work?.id].sort());
    assert.equal([kept[0]?.env, kept[0]?.type, kept[0]?.file], ['work.filed', 'work.filed', kept[0]?.data['path']]);
    // The claim itself: whoever comes second does not call.
    const claim = { id: 'x', event: 'work', type: 'work.filed', about: 'w', hook: 'h' } as const;
    const books = [new HookBook(home, systemClock), new HookBook(home, systemClock)];
    const claims = await Promise.all(books.map((book) => book.claim(claim)));
    assert.equal(claims.sort(), [false, true]);
  });

  test('webhooks: signed, tried again while the receiver is away, and the address is in no log or record', async () => {
    const at = await receiver(503, 204);
    const secret = newWebhookSecret();
    const home = newHome(`on: {work: ["${at.url}"], secret: {env: TEST_HOOK_SECRET}}`);
    process.env['TEST_HOOK_SECRET'] = secret;
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const artist = await createArtist({ home, onWarning: say, onNote: say });
    const { work } = await artist.create({ prompt: 'a fox' });
    await artist.dispose();
    await at.close();
    assert.is(at.got.length, 2);
    assert.is(at.got[0]?.headers['webhook-id'], at.got[1]?.headers['webhook-id']);
    const { headers, body } = at.got[1] as Received;
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const wanted = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(signed)
      .digest('base64');
    assert.is(headers['webhook-signature'], `v1,${wanted}`);
    assert.is((JSON.parse(body) as Kept).data['id'], work.id);
    const [record] = await recordsOf(home);
    assert.equal([record?.state, record?.status], ['done', 204]);
    const said = `${lines.join('\n')}${JSON.stringify(record)}`;
    assert.match(said, /127\.0\.0\.1/);
    assert.not.match(said, /path-12345|whsec_/);
  });

  test('what fails is a warning and a record, and the work stays: exit status, no such program, time limit', async () => {
    const slow = `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); writeFileSync('child.pid', String(child.pid)); setInterval(() => {}, 1000);`;
    const home = newHome(
      `on: {timeoutSeconds: 5, work: [[${node}, -e, "console.error('no paper'); process.exit(3)"], [no-such-program-here], [${node}, slow.mjs]]}`,
      { 'slow.mjs': slow },
    );
    const warnings: string[] = [];
    const artist = await createArtist({ home, onWarning: (line) => warnings.push(line) });
    const { work } = await artist.create({ prompt: 'a fox' });
    await artist.dispose();
    assert.ok(existsSync(work.path));
    const records = await recordsOf(home);
    assert.equal(
      records.map(({ state }) => state),
      ['failed', 'failed', 'failed'],
    );
    const said = warnings.join('\n');
    for (const part of [/exit status 3; it said: no paper/, /could not be started/, /took longer than 5 s and was ended/])
      assert.match(said, part);
    const grandchild = Number(readFileSync(path.join(home, 'child.pid'), 'utf8'));
    while (isAlive(grandchild)) await systemClock.sleep(20);
  });

  test('failures: code and wishes; not what was cancelled or mistyped', async () => {
    const home = newHome(`on: {failure: [[${node}, keep.mjs, kept.jsonl]]}`, { 'keep.mjs': keeper });
    const artist = await createArtist({ home });
    const failed = (run: PromiseLike<unknown>) =>
      run.then(
        () => assert.unreachable(),
        () => undefined,
      );
    await failed(artist.create({ prompt: 'a fox', steps: 0 }));
    await failed(artist.create({ prompt: 'a fox', signal: AbortSignal.abort() }));
    await failed(artist.create({ prompt: 'a fox', model: 'none.safetensors' }));
    // Two tries of one work.
    for (let tries = 0; tries < 2; tries++) await failed(artist.create({ prompt: 'an owl', model: 'none.safetensors', task: 'j1-0' }));
    await artist.dispose();
    const kept = keptIn(home).sort((a, b) => (String(a.data['prompt']) < String(b.data['prompt']) ? -1 : 1));
    assert.equal(
      kept.map(({ type, data }) => [type, data['code'], data['prompt'], data['task']]),
      [
        ['work.failed', 'ERR_MODEL_NOT_FOUND', 'a fox', null],
        ['work.failed', 'ERR_MODEL_NOT_FOUND', 'an owl', 'j1-0'],
      ],
    );
  });

  test('periods: begin and end, each once', async () => {
    const home = newHome(`on: {period: [[${node}, keep.mjs, kept.jsonl]]}`, { 'keep.mjs': keeper });
    const artist = await createArtist({ home });
    const { store } = artist.periods;
    await store.start({ name: 'ink', ends: [{ works: 1 }] });
    await store.start({ name: 'then', starts: { after: 'p1' } });
    await artist.create();
    await store.current();
    await artist.dispose();
    const kept = keptIn(home);
    assert.equal(kept.map(({ type, about }) => `${type} ${about}`).sort(), ['period.ended p1', 'period.started p1', 'period.started p2']);
    const ended = kept.find(({ type }) => type === 'period.ended');
    assert.equal([ended?.data['name'], ended?.data['endedBy']], ['ink', '1 works']);
    assert.ok(ended?.data['retrospective']);
  });

  test('inside of a hook none is called', async () => {
    const home = newHome(`on: {work: [[${node}, keep.mjs, kept.jsonl]]}`, { 'keep.mjs': keeper });
    process.env[inHook] = '1';
    const notes: string[] = [];
    try {
      const artist = await createArtist({ home, onNote: (line) => notes.push(line) });
      await artist.create({ prompt: 'a fox' });
      await artist.dispose();
    } finally {
      delete process.env[inHook];
    }
    assert.equal(keptIn(home), []);
    assert.ok(notes.some((line) => line.includes(inHook)));
  });

  test('a call whose process was killed is lost, and is not repeated', async () => {
    const home = newHome('');
    const book = new HookBook(home, systemClock);
    const claim = { id: 'a', event: 'work', type: 'work.filed', about: 'w', hook: 'h' } as const;
    assert.ok(await book.claim(claim));
    const file = path.join(home, 'state/hooks.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(`"pid": ${process.pid}`, '"pid": 999999999'));
    assert.is((await book.read()).records[0]?.state, 'lost');
    assert.not.ok(await book.claim({ ...claim, id: 'b' }));
  });
});
