/** What a reader without a token learns: every route, each with works and words that are not public in the home. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { is, ok } from 'uvu/assert';
import { loadConfig } from '../../lib/config/index.ts';
import { createIds, seededRandom, VirtualClock } from '../../lib/core/index.ts';
import { CollectionBook, Gallery, SavedSearches, type SidecarChange } from '../../lib/gallery/index.ts';
import { picture, recipe } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { safetensors } from '../models/model-files.ts';
import { newHome, type Reply, type Shell, startShell, withName } from './support.ts';

/** In every text that is not public. */
const secret = 'velvet';
const clock = new VirtualClock(Date.UTC(2026, 9, 30, 12));
const random = seededRandom(3);
const newId = createIds({ clock, random });

const config = `prompt:
  styles:
    - name: ${secret} wash
      phrase: ${secret} watercolour
  topics:
    ${secret} things: [${secret} rope]
`;

/** Works that everyone may see. */
async function fillPublic(home: string): Promise<string[]> {
  const gallery = new Gallery({ home, clock, random });
  const ids: string[] = [];
  for (const word of ['fox', 'owl', 'heron']) {
    clock.jump(60_000);
    ids.push((await gallery.add({ image: picture(recipe(`a ${word} in the snow`)), about: { tags: [word], collections: ['Birds'] } })).id);
  }
  await gallery.update(ids[0] ?? '', { note: 'a note' });
  return ids;
}

interface Hidden {
  hidden: string;
  trashed: string;
  damaged: string;
}

/** Works and texts that are for the holders of a token. */
async function fillPrivate(home: string, [noted = '']: readonly string[]): Promise<Hidden> {
  const gallery = new Gallery({ home, clock, random });
  await gallery.update(noted, { note: `${secret} note` }); // at the time of the first note
  const add = async (about: SidecarChange): Promise<string> => {
    clock.jump(60_000);
    const more = {
      tags: [`${secret} tag`, 'fox'],
      collections: [`${secret} shelf`, 'Birds'],
      title: `${secret} title`,
      rating: 5,
      ...about,
    };
    return (await gallery.add({ image: picture(recipe(`a ${secret} fox`, { sampler: 'heun', width: 16 }), 90), about: more })).id;
  };
  const [hidden, trashed, damaged] = [await add({ hidden: true }), await add({}), newId()];
  await gallery.trash(trashed);
  writeFileSync(path.join(path.dirname((await gallery.get(hidden)).sidecarPath), `${damaged}.json`), `{"${secret}`);
  await new CollectionBook(gallery.folder).describe(`${secret} box`, { description: `${secret} text` });
  await new SavedSearches(gallery.folder).save(`${secret}-search`, `a ${secret}`);
  writeFileSync(path.join(home, 'config.yaml'), config);
  for (const folder of ['loras', 'wildcards']) mkdirSync(path.join(home, folder), { recursive: true });
  writeFileSync(path.join(home, 'wildcards', `${secret}.txt`), `${secret} one\n`);
  return { hidden, trashed, damaged };
}

const lora = (words: string): Uint8Array =>
  safetensors(
    { 'lora_unet_a.lora_down.weight': { shape: [4, 8] }, 'lora_unet_a.lora_up.weight': { shape: [8, 4] } },
    { 'modelspec.trigger_phrase': words, ss_tag_frequency: JSON.stringify({ x: { [words]: 3 } }) },
  );

/** Queries for routes that take some; one that does not understand its query refuses it. */
const queries = [
  '',
  `?query=${secret}`,
  `?query=%40${secret}-search`,
  '?query=hidden:true',
  '?query=is:hidden',
  '?query=rating:5',
  '?trashed=true',
  '?limit=1&sort=rating',
  `?q=${secret}`,
  '?like=fox',
  '?mine=false&state=waiting',
  '?width=320',
];

/** For want of a token; an address that was refused often must wait. */
const refused = [401, 429];

/** A reply without what differs from request to request. */
const contentOf = ({ status, headers, text }: Reply, ids: readonly string[]): string => {
  if (refused.includes(status)) return 'refused';
  const { date: _, 'x-request-id': __, 'last-modified': ___, etag, ...others } = headers;
  // Figures say when they were measured; a server draws the first half of the ids of its events.
  const measured = /"at":"[^"]+",|(?<="events":")[0-9a-f]{12}/;
  const rest = measured.test(text) ? others : { ...others, etag };
  const body = ids.reduce(
    (all, id) => all.replaceAll(id, 'ID'),
    text.replace(measured, '').replace(/"request_?[iI]d":"\w+"|127\.0\.0\.1:\d+/g, ''),
  );
  return JSON.stringify({ status, headers: rest, body }, undefined, 1);
};

/** Equal, else the first place where they differ. */
function same(one: string, other: string, what: string): void {
  if (one === other) return;
  const at = [...one].findIndex((char, place) => char !== other[place]);
  ok(false, `${what}: ${one.slice(Math.max(0, at - 100), at + 200)} instead of ${other.slice(Math.max(0, at - 100), at + 200)}`);
}

/** Differ in any two homes: the state of the machine, a stream with an id of its own, and the map, for which pictures are read in the background. */
const volatile = ['/sdapi/v1/memory', '/api/v1/events', '/api/v1/map'];

suite('what is public', { timeoutMs: 60_000 }, (test) => {
  let shell: Shell;
  /** Its home has the public works alone. */
  let plain: Shell;
  let works: string[];
  let hidden: Hidden;
  let job: string;
  let reads: Shell['server']['routes'];

  test.before(async () => {
    const [home, plainHome] = [newHome(), newHome()];
    works = await fillPublic(home);
    mkdirSync(path.join(home, 'loras'), { recursive: true });
    writeFileSync(path.join(home, 'loras', 'ink.safetensors'), lora('public words'));
    cpSync(home, plainHome, { recursive: true, preserveTimestamps: true });
    hidden = await fillPrivate(home, works);
    writeFileSync(path.join(home, 'loras', 'ink.safetensors'), lora(`${secret} words`));
    shell = await startShell({ home, config: await loadConfig({ home }) });
    plain = await startShell({ home: plainHome, config: await loadConfig({ home: plainHome }) });
    // Without their secret, shares are nothing, and guessing it soon must wait: shares.test.ts is about them.
    const isShare = (to: string): boolean => to.startsWith('/api/v1/shared/');
    reads = shell.server.routes.filter(({ method, path: to }) => (method === 'GET' || method === 'HEAD') && !isShare(to));
    // Both have read their galleries.
    for (const one of [shell, plain]) while ((await one.send('/api/v1/works')).json().total < 3) await sleep(50);
  });
  test.after(async () => {
    await shell.server.close();
    await plain.server.close();
  });

  test('each of these texts and works is there for holders of tokens', async () => {
    const token = shell.tokens.admin;
    const all = ['/works', '/works?trashed=true', '/tags', '/collections', '/searches', '/styles', '/topics', '/loras', '/wildcards'];
    for (const to of [...all, `/works/${works[0]}`, `/works/${hidden.hidden}`, `/works?query=%40${secret}-search`])
      ok((await shell.send(`/api/v1${to}`, { token })).text.includes(secret), to);
    for (const to of ['/loras', '/prompt-styles']) ok((await shell.send(`/sdapi/v1${to}`, { token })).text.includes(secret), to);
    ok((await shell.send('/api/v1/works', { token })).json().problems.some(({ id }: { id: string }) => id === hidden.damaged));
  });

  test('a home with works and texts that are not public answers each reading route as one without them', async () => {
    ok(reads.length > 100);
    const { paths } = (await shell.send('/openapi.json')).json();
    const takesQuery = (to: string): boolean => JSON.stringify(paths[to.replace(/:(\w+)/g, '{$1}')]?.get ?? {}).includes('"in":"query"');
    ok(['/api/v1/works', '/api/v1/works/:id/similar', '/api/v1/facets', '/api/v1/feed.xml'].every(takesQuery));
    let compared = 0;
    for (const { method, path: to } of reads.filter((route) => !volatile.includes(route.path)))
      for (const query of method === 'GET' && takesQuery(to) ? queries : ['']) {
        const target = withName(to, works[1] ?? '') + query;
        const [one, other] = [await shell.send(target, { method }), await plain.send(target, { method })];
        same(contentOf(one, []), contentOf(other, []), `${method} ${target}`);
        ok(!one.text.replaceAll(target, '').includes(secret) || query.includes(secret), `${method} ${target}`);
        if (one.status === 200) compared++;
      }
    ok(compared > 100, String(compared));
  });

  test('a hidden, trashed or damaged work is answered as an id that no work has', async () => {
    const none = newId();
    const named = reads.filter(({ path: to }) => to.includes('/:'));
    ok(named.length > 20);
    for (const { method, path: to } of named) {
      const wanted = await shell.send(withName(to, none), { method });
      for (const [what, id] of Object.entries(hidden)) {
        const headers = { 'if-none-match': '*', range: 'bytes=0-1' };
        for (const given of [{}, headers]) {
          const reply = await shell.send(withName(to, id), { method, headers: given });
          same(contentOf(reply, [id]), contentOf(wanted, [none]), `${method} ${to} ${what}`);
        }
      }
    }
    for (const id of Object.values(hidden)) {
      const [archive, empty] = [await shell.send(`/api/v1/export.zip?ids=${id}`), await shell.send(`/api/v1/export.zip?ids=${none}`)];
      same(contentOf(archive, []), contentOf(empty, []), 'export.zip');
    }
  });

  test('jobs: that they run, not what they paint', async () => {
    const paint = async (to: string, body: object) => (await shell.send(to, { method: 'POST', token: shell.tokens.paint, body })).json();
    const options = { width: 64, height: 64, steps: 1 };
    job = (await paint('/api/v1/jobs', { prompt: `a ${secret} owl`, options })).id;
    const grid = await paint('/api/v1/grids', { prompt: `${secret} grid`, options, x: { option: 'seed', values: [1, 2] } });
    const other = await paint('/sdcpp/v1/img_gen', { prompt: `${secret} by another`, width: 64, height: 64 });
    const batch = grid.id ?? grid.batch ?? grid.jobs?.[0]?.batch;
    ok(job && other.id && batch, JSON.stringify([job, other, grid]));
    ok((await shell.send(`/api/v1/jobs/${job}`, { token: shell.tokens.read })).text.includes(secret));
    for (const { method, path: to } of reads)
      for (const name of [job, other.id, batch]) {
        const { text, headers } = await shell.send(withName(to, name), { method });
        ok(!text.includes(secret) && !JSON.stringify(headers).includes(secret), `${method} ${to}`);
        ok(!text.includes(batch) || to.includes(':'), `${method} ${to}`);
      }
    ok(refused.includes((await shell.send(`/api/v1/batches/${batch}`)).status));
  });

  test('live events name public works alone', async () => {
    const token = shell.tokens.admin;
    let text = '';
    const listening = request(new URL('/api/v1/events', shell.server.url), { agent: false }, (response) => {
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', () => undefined);
    });
    listening.on('error', () => undefined).end();
    while (!text.includes('event: ready')) await sleep(20);
    await sleep(1200); // the watch of the gallery has begun
    const change = (id: string, to: string, method = 'POST', body: object = {}) =>
      shell.send(`/api/v1/works/${id}${to}`, { method, token, body });
    is((await change(hidden.hidden, '', 'PATCH', { title: `${secret} again` })).status, 200);
    is((await change(hidden.hidden, '/trash')).status, 200);
    is((await change(hidden.hidden, '/restore')).status, 200);
    is((await change(works[2] ?? '', '', 'PATCH', { note: `${secret} words`, addTags: ['seen'] })).status, 200);
    for (const end = performance.now() + 10_000; !text.includes(works[2] ?? '') && performance.now() < end; ) await sleep(50);
    listening.destroy();
    ok(text.includes(works[2] ?? ''), text);
    for (const word of [secret, ...Object.values(hidden)]) ok(!text.includes(word), text);
  });

  test('a route is answered without a token exactly where the document says so, and beyond this machine only where that says so', async () => {
    const far = await startShell({ publicUrl: 'https://example.org' });
    for (const [server, open] of [
      [shell, 50],
      [far, 3],
    ] as const) {
      const { paths } = (await server.send('/openapi.json', { token: server.tokens.read })).json();
      let free = 0;
      for (const [to, operations] of Object.entries(paths as Record<string, Record<string, { security: object[] }>>))
        for (const [method, { security }] of Object.entries(operations)) {
          const needsNone = security.some((one) => Object.keys(one).length === 0);
          free += Number(needsNone);
          const target = to.replace(/\{\w+\}/g, 'x');
          const { status } = await server.send(target, { method: method.toUpperCase(), ...(method !== 'get' && { body: {} }) });
          is(!refused.includes(status), needsNone, `${method} ${to} ${status}`);
        }
      ok(free >= open, String(free));
    }
    await far.server.close();
  });
});
