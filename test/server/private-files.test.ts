/** Who else on a machine may read what a server writes. */
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { equal, is, ok } from 'uvu/assert';
import { Gallery } from '../../lib/gallery/index.ts';
import { openQueue } from '../../lib/schedule/index.ts';
import { picture, recipe } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { newHome, type Shell, startShell } from './support.ts';

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);
/** Relative paths and modes of everything in a folder, itself included. */
const modesIn = (folder: string): [name: string, mode: string][] => [
  ['', modeOf(folder)],
  ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name): [string, string] => [name, modeOf(path.join(folder, name))]),
];

suite('files of a server', { timeoutMs: 60_000 }, (test) => {
  let shell: Shell;
  let before: number;
  test.before(async () => {
    before = process.umask(0o022);
    shell = await startShell({ home: newHome(), paint: true });
  });
  test.after(async () => {
    await shell.server.close();
    process.umask(before);
  });

  const send = async (method: string, to: string, body: object = {}) => {
    const reply = await shell.send(to, { method, token: shell.tokens.admin, ...(method !== 'GET' && { body }) });
    ok(reply.status < 300, `${method} ${to}: ${reply.text}`);
    return reply.text === '' ? undefined : reply.json();
  };

  test('prompts, tokens and secrets are readable by their owner alone; works as the umask says', async () => {
    const filed = await new Gallery({ home: shell.home }).add({ image: picture(recipe('a fox')) });
    const initImage = Buffer.from(await picture(undefined).toBuffer('png')).toString('base64');
    const options = { width: 64, height: 64, steps: 1, denoisingStrength: 0.5 };
    const { id } = await send('POST', '/api/v1/jobs', { prompt: 'a private word', options, pictures: { initImage }, keep: false });
    await send('POST', '/api/v1/works/actions', { action: { action: 'change', change: { rating: 3 } }, query: '', waitSeconds: 20 });
    await send('PUT', '/api/v1/searches/mine', { query: 'a private word' });
    await send('POST', '/api/v1/webhooks', { url: 'https://example.org/hook', events: ['work.filed'] });
    await send('POST', '/sdapi/v1/options', { CLIP_stop_at_last_layers: 2 });
    await send('POST', '/api/v1/schedule', { name: 'daily', when: 'daily 09:00', options: { prompt: 'a private word' } });
    for (const end = performance.now() + 40_000; performance.now() < end; await sleep(100))
      if ((await send('GET', `/api/v1/jobs/${id}`)).endedAt !== null) break;
    is((await send('GET', `/api/v1/jobs/${id}`)).state, 'done');
    const found = ['state', 'jobs'].flatMap((folder) =>
      modesIn(path.join(shell.home, folder)).map(([name, mode]) => [`${folder}/${name}`, mode] as const),
    );
    for (const name of [
      'state/queue.json',
      'state/queue.json.bak',
      'state/tokens.json',
      'state/webhooks.json',
      'state/schedule.json',
      `jobs/${id}/0.png`,
    ])
      ok(
        found.some(([each]) => each === name),
        name,
      );
    ok(found.some(([name]) => /^state\/undo\/\w+\.jsonl$/.test(name)) && found.length > 14, String(found.length));
    const isFolder = (name: string): boolean => statSync(path.join(shell.home, name)).isDirectory();
    // A lock names its process, and lies in a folder that is closed.
    equal(
      found.filter(([name, mode]) => !name.endsWith('.lock') && mode !== (isFolder(name) ? '700' : '600')),
      [],
    );
    equal([filed.path, filed.sidecarPath, path.dirname(filed.path)].map(modeOf), ['644', '644', '755']);
  });

  test('what is there keeps its permissions', async () => {
    const home = newHome();
    mkdirSync(path.join(home, 'state'), { recursive: true });
    const queue = await openQueue({ driver: 'file', home });
    await queue.add({ prompt: 'one' });
    const file = path.join(home, 'state', 'queue.json');
    chmodSync(file, 0o640);
    await queue.add({ prompt: 'two' });
    await queue.close();
    equal([modeOf(file), modeOf(path.dirname(file))], ['640', '755']);
  });
});
