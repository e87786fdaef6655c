/** Links: what they show, and everything that they must not. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, not, ok } from 'uvu/assert';
import { Gallery } from '../../lib/gallery/index.ts';
import { picture, recipe } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { newHome, type Reply, type Shell, startShell } from './support.ts';

const secretPrompt = 'canary-prompt-77aa';
const secretNote = 'canary-note-77aa';
const secretTag = 'canary-tag-77aa';

suite('share links', (test) => {
  let shell: Shell;
  let gallery: Gallery;
  const ids: Record<'open' | 'hidden' | 'trashed' | 'other' | 'placed', string> = {
    open: '',
    hidden: '',
    trashed: '',
    other: '',
    placed: '',
  };
  test.before(async () => {
    const home = newHome();
    gallery = new Gallery({ home });
    const add = async (collection: string | undefined, shade: number, model = 'model.gguf'): Promise<string> => {
      const about = { note: secretNote, tags: [secretTag], ...(collection && { collections: [collection], title: `Title ${shade}` }) };
      const painted = recipe(secretPrompt, { model: { name: model, hash: 'ab12' } });
      return (await gallery.add({ image: picture(painted, shade), about })).id;
    };
    ids.open = await add('show', 40);
    ids.hidden = await add('show', 80);
    ids.trashed = await add('show', 120);
    ids.other = await add(undefined, 160);
    ids.placed = await add('placed', 200, '/srv/secret/model.gguf');
    await gallery.update(ids.hidden, { hidden: true });
    await gallery.trash(ids.trashed);
    // A proxy stands before it, so clients of this machine need a token too: as from beyond loopback.
    shell = await startShell({ home, trustedProxies: ['127.0.0.1'], readsPerMinute: 0, changesPerMinute: 0 });
  });
  test.after(async () => {
    await shell.server.close();
  });

  const make = async (body: object): Promise<{ id: string; secret: string; url: string }> => {
    const reply = await shell.send('/api/v1/shares', { method: 'POST', token: shell.tokens.paint, body });
    is(reply.status, 201, reply.text);
    return reply.json();
  };
  let address = 0;
  /** As somebody elsewhere without a token, each time another one. */
  const visit = (to: string, token?: string): Promise<Reply> =>
    shell.send(to, { headers: { 'x-forwarded-for': `203.0.113.${address++ % 250}` }, ...(token !== undefined && { token }) });
  const routesOf = (secret: string, id: string): string[] => [
    `/api/v1/shared/${secret}/works/${id}`,
    `/api/v1/shared/${secret}/works/${id}/picture`,
    `/api/v1/shared/${secret}/works/${id}/picture?width=320`,
    `/api/v1/shared/${secret}/works/${id}/picture?download=yes`,
    `/api/v1/shared/${secret}/works/${id}/picture?original=true`,
  ];

  test('shows the works of a link to anybody, and no other work by any route', async () => {
    for (const which of [
      { query: 'collection:show' },
      { ids: [ids.open, ids.hidden, ids.trashed] },
      { query: '', except: [ids.other, ids.placed] },
    ])
      for (const withRecipe of [false, true]) {
        const { secret, url } = await make({ title: 'For you', which, withRecipe });
        match(secret, /^[\w-]{32}$/);
        ok(url.endsWith(`/share/${secret}`));
        // The holder of a token sees the same as everybody else.
        for (const token of [undefined, shell.tokens.admin]) {
          const list = await visit(`/api/v1/shared/${secret}`, token);
          is(list.status, 200, list.text);
          equal(
            list.json().works.map(({ id }: { id: string }) => id),
            [ids.open],
          );
          for (const id of [ids.hidden, ids.trashed, ids.other, ids.placed, '01ARZ3NDEKTSV4RRFFQ69G5FAV'])
            for (const to of routesOf(secret, id)) {
              const reply = await visit(to, token);
              ok(reply.status === 404 || (reply.status === 403 && !withRecipe), `${to}: ${reply.status}`);
              ok(!reply.text.includes(id), to);
            }
          for (const to of routesOf(secret, ids.open).filter((one) => withRecipe || !one.includes('original')))
            is((await visit(to, token)).status, 200, to);
        }
      }
  });

  test('never tells notes, tags, collections, paths; nor prompts unless the link shows recipes', async () => {
    for (const withRecipe of [false, true]) {
      const { secret } = await make({ which: { query: 'collection:show' }, withRecipe });
      const replies = [await visit(`/api/v1/shared/${secret}`)];
      for (const to of routesOf(secret, ids.open)) replies.push(await visit(to));
      const all = replies.map(({ text, headers }) => text + JSON.stringify(headers)).join('\n');
      for (const leak of [secretNote, secretTag, '/srv/secret', shell.home, ...(withRecipe ? [] : [secretPrompt, 'model.gguf', 'Steps: '])])
        ok(!all.includes(leak), `${leak} with recipe ${withRecipe}`);
      is(all.includes(secretPrompt), withRecipe);
      is(replies.at(-1)?.status, withRecipe ? 200 : 403);
      for (const { headers, status } of replies) if (status === 200) ok(/no-store|no-cache/.test(String(headers['cache-control'])));
    }
  });

  test('a file that names a place of this machine is not given as it is', async () => {
    const { secret } = await make({ which: { query: 'collection:placed' }, withRecipe: true });
    const replies = await Promise.all(routesOf(secret, ids.placed).map((to) => visit(to)));
    equal(
      replies.map(({ status }) => status),
      [200, 200, 200, 200, 403],
    );
    for (const { text } of replies) ok(!text.includes('/srv/secret'));
    ok(replies[0]?.text.includes('model'));
  });

  test('opens no other route', async () => {
    const { secret } = await make({ which: { query: '' } });
    for (const { method, path: to, open } of shell.server.routes) {
      if (open || method !== 'GET' || to.includes(':')) continue;
      is((await visit(to, secret)).status, 401, to);
    }
  });

  test('a work that is hidden or trashed later leaves the link at once; a new one of the collection joins', async () => {
    const { secret } = await make({ which: { query: 'collection:show' } });
    const [picture = ''] = routesOf(secret, ids.open);
    is((await visit(picture)).status, 200);
    const change = (body: object): Promise<Reply> =>
      shell.send(`/api/v1/works/${ids.open}`, { method: 'PATCH', token: shell.tokens.paint, body });
    await change({ hidden: true });
    for (const to of routesOf(secret, ids.open).slice(0, 4)) is((await visit(to)).status, 404, to);
    equal((await visit(`/api/v1/shared/${secret}`)).json().works, []);
    await change({ hidden: false });
    is((await visit(picture)).status, 200);
  });

  test('revoked, it shows nothing from the next request on; expired and unknown ones look the same', async () => {
    const { id, secret } = await make({ which: { query: '' } });
    is((await visit(`/api/v1/shared/${secret}`)).status, 200);
    const revoked = await shell.send(`/api/v1/shares/${id}`, { method: 'DELETE', token: shell.tokens.paint });
    is(revoked.status, 200);
    const bare = ({ status, text }: Reply): unknown => [status, JSON.parse(text).error.message];
    const gone = bare(await visit(`/api/v1/shared/${secret}`));
    equal(gone, bare(await visit(`/api/v1/shared/${'A'.repeat(32)}`)));
    equal(gone, bare(await visit('/api/v1/shared/x')));
    for (const to of routesOf(secret, ids.open)) is((await visit(to)).status, 404, to);
  });

  test('guessing is slowed down; the holder of a link is not', async () => {
    const { secret } = await make({ which: { query: '' } });
    const guess = (to: string): Promise<Reply> => shell.send(to, { headers: { 'x-forwarded-for': '198.51.100.7' } });
    const statuses: number[] = [];
    for (let at = 0; at < 35; at++) statuses.push((await guess(`/api/v1/shared/${String(at).padStart(32, 'B')}`)).status);
    is(statuses[0], 404);
    is(statuses.at(-1), 429);
    is((await guess(`/api/v1/shared/${secret}`)).status, 200);
  });

  test('only holders of a token that may paint make, list and revoke links; the home and the log never have a secret', async () => {
    const { id, secret } = await make({ title: '<img src=x onerror=alert(1)>', which: { query: '' } });
    for (const [method, to] of [
      ['GET', '/api/v1/shares'],
      ['POST', '/api/v1/shares'],
      ['DELETE', `/api/v1/shares/${id}`],
    ] as const) {
      const body = method === 'POST' ? { which: { query: '' } } : undefined;
      is((await shell.send(to, { method, ...(body && { body }), token: shell.tokens.read })).status, 403);
      is((await shell.send(to, { method, ...(body && { body }), headers: { 'x-forwarded-for': '192.0.2.1' } })).status, 401);
    }
    const list = await shell.send('/api/v1/shares', { token: shell.tokens.paint });
    ok(list.json().shares.length > 5);
    not.match(list.text, /sha256|secret/);
    await visit(`/api/v1/shared/${secret}`);
    await visit(`/share/${secret}`);
    ok(!readFileSync(path.join(shell.home, 'state', 'shares.json'), 'utf8').includes(secret));
    equal(
      shell.log.filter((line) => line.includes(secret)),
      [],
    );
  });

  test('refuses what it cannot show', async () => {
    for (const body of [
      {},
      { which: {} },
      { which: { ids: [] } },
      { which: { query: 'rating:"' } },
      { which: { query: '', ids: [ids.open] } },
    ]) {
      const reply = await shell.send('/api/v1/shares', { method: 'POST', token: shell.tokens.paint, body });
      is(reply.status, 400, JSON.stringify(body));
    }
  });
});
