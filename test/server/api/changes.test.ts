import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { withLock } from '../../../lib/core/index.ts';
import type { Artwork } from '../../../lib/gallery/index.ts';
import { changesRoutes } from '../../../lib/server/api/changes/routes.ts';
import { picture, recipe } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { serve, type TestServer } from './support.ts';

const hostile = '<script>alert(1)</script>"\'&\u202e\u0000 =cmd|x';

/** Names of the pictures and records below the folder of the works. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^[0-9A-Z]{26}\./.test(entry.name) && !entry.parentPath.includes('.cache'))
    .map(({ name }) => name)
    .sort();

suite('changes of works over HTTP', { timeoutMs: 60_000 }, (test) => {
  let server: TestServer;
  test.before(async () => {
    server = await serve([changesRoutes]);
  });
  test.after(() => server.close());

  test('fields that are named change, the others stay; null and none remove', async () => {
    const work = await server.file('a fox', { title: 'Fox', tags: ['animal'], rating: 2 });
    const first = await server.call('PATCH', `/works/${work.id}`, {
      as: 'paint',
      body: { rating: 5, flag: 'pick', addTags: ['Ink', 'ANIMAL'], note: 'mine' },
    });
    assert.is(first.status, 200);
    const { rating, flag, tags, title, note, hidden } = first.body;
    assert.equal(
      { rating, flag, tags, title, note, hidden },
      { rating: 5, flag: 'pick', tags: ['animal', 'Ink'], title: 'Fox', note: 'mine', hidden: false },
    );
    assert.is(first.headers.get('etag'), `"${first.body.version}"`);
    const second = await server.call('PATCH', `/works/${work.id}`, {
      body: { rating: null, flag: 'none', removeTags: ['ink'], hidden: true },
    });
    assert.equal([second.body.rating, second.body.flag, second.body.tags, second.body.hidden], [null, null, ['animal'], true]);
    const stored = JSON.parse(readFileSync(work.sidecarPath, 'utf8'));
    assert.equal([stored.rating, stored.flag, stored.hidden, stored.recipe.prompt], [undefined, undefined, true, 'a fox']);
  });

  test('a wrong value, field, id or scope is refused; the record stays as it was', async () => {
    const work = await server.file('strict');
    const before = readFileSync(work.sidecarPath, 'utf8');
    const wrong = [
      { rating: 6 },
      { rating: '5' },
      { trashedAt: '2026-01-01T00:00:00Z' },
      { flag: 'maybe' },
      { tags: [''] },
      { curation: {} },
      { colour: 1 },
      [],
    ];
    for (const body of wrong) {
      const { status, body: answer } = await server.call('PATCH', `/works/${work.id}`, { body });
      assert.equal([status, answer.error.code], [400, 'ERR_INVALID_ARGUMENT'], JSON.stringify(body));
    }
    for (const [method, address] of [
      ['PATCH', ''],
      ['POST', '/trash'],
      ['POST', '/restore'],
      ['DELETE', ''],
    ] as const) {
      assert.is(
        (await server.call(method, `/works/01K9F0000000000000000000AA${address}`, { ...(method === 'PATCH' && { body: { rating: 1 } }) }))
          .status,
        404,
      );
      assert.is(
        (await server.call(method, `/works/${work.id}${address}`, { as: 'none', ...(method === 'PATCH' && { body: { rating: 1 } }) }))
          .status,
        401,
      );
    }
    assert.is((await server.call('DELETE', `/works/${work.id}`, { as: 'paint' })).status, 403);
    assert.is(readFileSync(work.sidecarPath, 'utf8'), before);
  });

  test('two clients at once lose nothing; If-Match refuses only those who ask for it', async () => {
    const work = await server.file('shared');
    const changes = Array.from({ length: 20 }, (_, at) =>
      at % 2 ? { addTags: [`tag ${at}`] } : { rating: 1 + (at % 5), addCollections: [`c ${at}`] },
    );
    for (const { status } of await Promise.all(changes.map((body) => server.call('PATCH', `/works/${work.id}`, { body }))))
      assert.is(status, 200);
    const now = await server.call('PATCH', `/works/${work.id}`, { body: {} });
    assert.equal([now.body.tags.length, now.body.collections.length], [10, 10]);
    const version = now.headers.get('etag') as string;
    const results = await Promise.all(
      [4, 5].map((rating) =>
        server.call('PATCH', `/works/${work.id}`, { body: { title: `by ${rating}` }, headers: { 'if-match': version } }),
      ),
    );
    assert.equal(results.map(({ status }) => status).sort(), [200, 412]);
    assert.is(results.find(({ status }) => status === 412)?.body.error.code, 'ERR_CHANGED');
    assert.is((await server.call('PATCH', `/works/${work.id}`, { body: { star: true }, headers: { 'if-match': '*' } })).status, 200);
  });

  test('hostile titles, tags, collections and notes come back as they were given, as JSON', async () => {
    const work = await server.file('hostile');
    const body = { title: hostile, altText: hostile, note: hostile, tags: [hostile], collections: [hostile] };
    const { body: answer, headers } = await server.call('PATCH', `/works/${work.id}`, { body });
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(
      { title: answer.title, altText: answer.altText, note: answer.note, tags: answer.tags, collections: answer.collections },
      body,
    );
    const { body: list } = await server.call('GET', '/collections');
    assert.ok(list.collections.some(({ name }: { name: string }) => name === hostile));
    const gone = await server.call('DELETE', `/collections/${encodeURIComponent(hostile)}`);
    assert.equal([gone.status, gone.body.state, gone.body.changed], [202, 'done', 1]);
    assert.equal((await server.gallery.get(work.id)).collections, undefined);
  });

  test('a record edited by hand meanwhile is changed as it is now; a removed one is unknown', async () => {
    const work = await server.file('by hand', { rating: 1 });
    const stored = JSON.parse(readFileSync(work.sidecarPath, 'utf8'));
    writeFileSync(work.sidecarPath, JSON.stringify({ ...stored, title: 'by hand', own: { kept: true } }));
    const { body } = await server.call('PATCH', `/works/${work.id}`, { body: { rating: 3 } });
    assert.equal([body.title, body.rating], ['by hand', 3]);
    assert.equal(JSON.parse(readFileSync(work.sidecarPath, 'utf8')).own, { kept: true });
    rmSync(work.sidecarPath);
    assert.is((await server.call('PATCH', `/works/${work.id}`, { body: { rating: 3 } })).status, 404);
    rmSync(work.path);
  });

  test('an uploaded picture becomes a work, by content, once', async () => {
    const bytes = await picture(recipe('uploaded'), 33).toBuffer('png');
    const upload = (body: Uint8Array, query = '', headers: Record<string, string> = { 'content-type': 'image/jpeg' }) =>
      server.call('POST', `/works/import?name=..%2F..%2Fetc%2Fa.png${query}`, { as: 'paint', body, headers });
    const first = await upload(bytes, '&title=Up&tags=a,%20b');
    assert.equal([first.status, first.body.filed, first.body.work.title, first.body.work.tags], [201, true, 'Up', ['a', 'b']]);
    const work = await server.gallery.get(first.body.work.id);
    assert.equal([work.recipe?.prompt, work.imported?.from, path.extname(work.path)], ['uploaded', 'a.png', '.png']);
    const again = await upload(bytes);
    assert.equal([again.status, again.body.filed, again.body.work.id], [200, false, work.id]);
    for (const body of [bytes.subarray(0, 60), Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), Buffer.from('GIF89a')]) {
      const { status, body: answer } = await upload(body);
      assert.equal([status, answer.error.code], [400, 'ERR_IMAGE_DECODE']);
    }
    assert.is((await upload(new Uint8Array(0))).status, 400);
  });
});

suite('mass actions', { timeoutMs: 60_000 }, (test) => {
  let server: TestServer;
  const ids: string[] = [];
  test.before(async () => {
    server = await serve([changesRoutes]);
    for (let at = 0; at < 12; at++) ids.push((await server.file(`work ${at}`, at % 3 ? { tags: ['third'] } : { rating: 1 })).id);
  });
  test.after(() => server.close());
  const act = (body: unknown) => server.call('POST', '/works/actions', { as: 'paint', body });

  test('a query: counted first, then changed, then taken back; works changed since keep their values', async () => {
    const action = { action: 'change', change: { rating: 4, addTags: ['seen'] } };
    const dry = await act({ action, query: 'tag:third', dryRun: true });
    assert.equal([dry.status, dry.body.total, dry.body.sample.length], [200, 8, 8]);
    assert.is((await server.gallery.select('rating:4')).length, 0);
    const [out = ''] = dry.body.sample;
    assert.is((await act({ action, query: 'tag:third', except: [out], dryRun: true })).body.total, 7);
    assert.is((await act({ action, ids, except: [out], dryRun: true })).status, 400);
    assert.is((await act({ action, query: 'tag:third', expected: 7 })).status, 412);
    const done = await act({ action, query: 'tag:third', expected: 8 });
    assert.equal([done.status, done.body.state, done.body.changed, done.body.undoable], [202, 'done', 8, true]);
    assert.is((await server.gallery.select('rating:4 tag:seen')).length, 8);
    const [touched = '', noted = ''] = await server.gallery.select('tag:seen');
    await server.gallery.update(touched, { rating: 5 });
    await server.gallery.update(noted, { note: 'another field' });
    const undone = await server.call('POST', `/operations/${done.body.id}/undo`);
    assert.equal([undone.status, undone.body.state, undone.body.changed, undone.body.unchanged], [202, 'done', 7, 1]);
    assert.equal(await server.gallery.select('tag:seen'), [touched]);
    const restored = await server.gallery.get(noted);
    assert.equal([restored.rating, restored.tags, restored.note], [undefined, ['third'], 'another field']);
    assert.is((await server.call('POST', `/operations/${done.body.id}/undo`)).status, 400);
    const { body: one } = await server.call('GET', `/operations/${done.body.id}`);
    assert.equal([one.undoable, typeof one.undoneAt], [false, 'string']);
    await server.gallery.update(touched, { rating: null, tags: ['third'] });
  });

  test('what had the values already is not written, and not undone', async () => {
    const rated = await server.gallery.select('rating:1');
    const before = await server.gallery.get(rated[0] as string);
    const done = await act({ action: { action: 'change', change: { rating: 1 } }, ids: [...ids, ...ids] });
    assert.equal([done.body.total, done.body.changed, done.body.unchanged], [12, 8, 4]);
    assert.is((await server.gallery.get(before.id)).updatedAt, before.updatedAt);
    await server.call('POST', `/operations/${done.body.id}/undo`);
    assert.equal(await server.gallery.select('rating:1'), rated);
  });

  test('unknown ids count as failed; neither or both of ids and query is an error', async () => {
    const done = await act({ action: { action: 'trash' }, ids: ['01K9F0000000000000000000AA'] });
    assert.equal([done.body.failed, done.body.failures[0].code, done.body.undoable], [1, 'ERR_NOT_FOUND', false]);
    assert.not.match(JSON.stringify(done.body), new RegExp(server.home.slice(0, 12)));
    for (const body of [
      { action: { action: 'trash' } },
      { action: { action: 'trash' }, ids, query: '' },
      { action: { action: 'purge' }, ids },
    ])
      assert.is((await act(body)).status, 400);
    assert.is((await server.call('GET', '/operations/01K9F0000000000000000000AA')).status, 404);
    assert.is((await server.call('GET', '/operations', { as: 'none' })).status, 401);
  });

  test('a token stops and undoes what it may begin: purging is for scope admin', async () => {
    const own = await serve([changesRoutes]);
    try {
      const works: string[] = [];
      for (let at = 0; at < 4; at++) works.push((await own.file(`w ${at}`)).id);
      const trash = works.slice(0, 2);
      await own.call('POST', '/works/actions', { body: { action: { action: 'trash' }, ids: trash, waitSeconds: 30 } });
      const begin = (to: string, body: object) => own.call('POST', `/works/${to}`, { body: { ...body, waitSeconds: 0 } });
      // The change waits for the gallery, and purging for the change.
      const [change, stopping] = await withLock(own.gallery.layout.lock, { purpose: 'a test' }, async () => {
        const first = await begin('actions', { action: { action: 'change', change: { rating: 4 } }, ids: works.slice(2) });
        const purge = await begin('purge', { ids: trash });
        assert.is((await own.call('POST', `/operations/${purge.body.id}/cancel`, { as: 'read' })).status, 403);
        for (const to of ['cancel', 'undo']) {
          const refused = await own.call('POST', `/operations/${purge.body.id}/${to}`, { as: 'paint' });
          assert.equal([refused.status, refused.body.error.code], [403, 'ERR_FORBIDDEN']);
        }
        const answer = own.call('POST', `/operations/${purge.body.id}/cancel`);
        await sleep(200);
        return [first, answer] as const;
      });
      const stopped = await stopping;
      assert.equal([stopped.status, stopped.body.state, stopped.body.done], [200, 'cancelled', 0]);
      assert.is((await own.gallery.select('', { trashed: true })).length, 2);
      // What an administrator began and a painter may begin, either takes back.
      const undone = await own.call('POST', `/operations/${change.body.id}/undo`, { as: 'paint' });
      assert.equal([undone.status, undone.body.state, undone.body.changed], [202, 'done', 2]);
    } finally {
      await own.close();
    }
  });

  for (const zone of ['Pacific/Kiritimati', 'UTC', 'America/Los_Angeles'])
    test(`trash, restore and empty, one and all, in ${zone}: the counts are the files`, async () => {
      process.env['TZ'] = zone;
      const own = await serve([changesRoutes]);
      try {
        const works: Artwork[] = [];
        for (let at = 0; at < 6; at++) works.push(await own.file(`w ${at}`, { collections: ['c'] }));
        const counts = async () => {
          const { works: shown, trashed, collections } = await own.gallery.stats();
          return [shown, trashed, collections[0]?.works ?? 0, filesOf(own.gallery.folder).length];
        };
        assert.equal(await counts(), [6, 0, 6, 12]);
        assert.ok((await own.call('POST', `/works/${works[0]?.id}/trash`)).body.trashedAt);
        assert.equal(await counts(), [5, 1, 5, 12]);
        const all = await own.call('POST', '/works/actions', { body: { action: { action: 'trash' }, query: '' } });
        assert.equal([all.body.changed, ...(await counts())], [5, 0, 6, 0, 12]);
        const back = await own.call('POST', `/operations/${all.body.id}/undo`);
        assert.equal([back.body.changed, ...(await counts())], [5, 5, 1, 5, 12]);
        assert.is((await own.call('POST', `/works/${works[0]?.id}/restore`)).body.trashedAt, null);
        assert.is((await own.call('DELETE', `/works/${works[0]?.id}`)).status, 400);
        await own.call('POST', '/works/actions', { body: { action: { action: 'trash' }, query: '' } });
        const restored = await own.call('POST', '/works/actions', {
          body: { action: { action: 'restore' }, ids: works.slice(0, 2).map(({ id }) => id) },
        });
        assert.equal([restored.body.changed, ...(await counts())], [2, 2, 4, 2, 12]);
        assert.is((await own.call('POST', '/works/purge', { as: 'paint', body: { query: '' } })).status, 403);
        const purged = await own.call('POST', '/works/purge', { body: { query: '', expected: 4 } });
        assert.equal([purged.body.changed, purged.body.undoable, ...(await counts())], [4, false, 2, 0, 2, 4]);
        // What is gone for good cannot be restored by an undo of an earlier operation.
        const late = await own.call('POST', `/operations/${restored.body.id}/undo`);
        assert.equal([late.body.changed, ...(await counts())], [2, 0, 2, 0, 4]);
      } finally {
        delete process.env['TZ'];
        await own.close();
      }
    });

  test('a collection with a hidden work tells a reader without a token nothing of it', async () => {
    const own = await serve([changesRoutes]);
    try {
      const open = await own.file('open', { collections: ['birds'] });
      const used = async () => (await own.call('GET', '/collections', { as: 'none' })).body.collections;
      const before = await used();
      await own.file('hidden', { collections: ['BIRDS'], hidden: true });
      assert.equal(await used(), before);
      assert.equal([before[0].name, before[0].usedAt], ['birds', open.createdAt]);
    } finally {
      await own.close();
    }
  });

  test('tags are renamed and merged, on works in the trash too; collections are renamed, described, pinned', async () => {
    const own = await serve([changesRoutes]);
    try {
      const a = await own.file('a', { tags: ['Fox', 'x'], collections: ['Winter', 'keep'] });
      const b = await own.file('b', { tags: ['fuchs', 'fox'], collections: ['winter'] });
      const c = await own.file('c', { tags: ['fox'], hidden: true, collections: ['secret'] });
      await own.gallery.trash(b.id);
      assert.equal((await own.call('POST', '/tags/rename', { body: { from: ['fox', 'fuchs'], to: 'vulpes', dryRun: true } })).body, {
        total: 3,
      });
      assert.is((await own.call('POST', '/tags/rename', { body: { from: ['fox', 'fuchs'], to: 'vulpes' } })).body.changed, 3);
      const tags = async () => Promise.all([a, b, c].map(async ({ id }) => (await own.gallery.get(id)).tags));
      assert.equal(await tags(), [['vulpes', 'x'], ['vulpes'], ['vulpes']]);
      assert.is((await own.call('POST', '/tags/rename', { body: { from: ['fox'], to: 'y' } })).status, 404);

      await own.call('PATCH', '/collections/winter', { body: { description: 'cold', pinned: true } });
      const named = async (as: 'admin' | 'none') =>
        (await own.call('GET', '/collections', { as })).body.collections.map((each: Record<string, unknown>) => [
          each['name'],
          each['works'],
          each['pinned'],
        ]);
      await new Promise((wake) => setTimeout(wake, 5));
      await own.gallery.update(c.id, { star: true }); // the last used
      assert.equal(await named('admin'), [
        ['Winter', 1, true],
        ['secret', 1, false],
        ['keep', 1, false],
      ]);
      assert.equal(await named('none'), [
        ['Winter', 1, true],
        ['keep', 1, false],
      ]);
      const renamed = await own.call('POST', '/collections/winter/rename', { body: { to: 'Snow' } });
      assert.equal([renamed.body.changed, (await own.gallery.get(b.id)).collections], [2, ['Snow']]);
      assert.equal(await named('none'), [
        ['Snow', 1, true],
        ['keep', 1, false],
      ]);
      await own.call('DELETE', '/collections/Snow');
      assert.equal([await named('none'), (await own.gallery.get(a.id)).collections], [[['keep', 1, false]], ['keep']]);
      assert.is((await own.call('DELETE', '/collections/Snow')).status, 404);
    } finally {
      await own.close();
    }
  });

  test('former values that cannot be written down: nothing is changed, and the operation says why', async () => {
    const undo = path.join(server.home, 'state', 'undo');
    rmSync(undo, { recursive: true, force: true });
    writeFileSync(undo, ''); // a file where the folder should be
    try {
      const failed = await act({ action: { action: 'change', change: { addTags: ['lost'] } }, query: '' });
      assert.equal([failed.body.state, failed.body.error.code, failed.body.changed], ['failed', 'ERR_WRITE', 0]);
      assert.not.match(JSON.stringify(failed.body), new RegExp(server.home.slice(0, 12)));
      assert.equal(await server.gallery.select('tag:lost'), []);
    } finally {
      rmSync(undo);
    }
  });

  test('saved searches: saved, used, renamed with those that contain them, deleted', async () => {
    assert.is((await server.call('PUT', '/searches/best', { body: { query: 'rating:1' } })).status, 200);
    assert.is((await server.call('PUT', '/searches/both', { body: { query: '@best "work 3"' } })).status, 200);
    assert.is((await server.call('PUT', '/searches/bad', { body: { query: 'rating:many' } })).status, 400);
    assert.is((await server.call('POST', '/searches/best/rename', { body: { to: 'both' } })).status, 409);
    assert.equal((await server.call('POST', '/searches/best/rename', { body: { to: 'top' } })).body, { name: 'top', query: 'rating:1' });
    assert.equal((await server.call('GET', '/searches', { as: 'read' })).body.searches, [
      { name: 'both', query: '@top "work 3"' },
      { name: 'top', query: 'rating:1' },
    ]);
    assert.is((await act({ action: { action: 'trash' }, query: '@both', dryRun: true })).body.total, 1);
    assert.is((await act({ action: { action: 'trash' }, query: '@best', dryRun: true })).status, 404);
    assert.is((await server.call('DELETE', '/searches/top')).status, 204);
    assert.is((await server.call('DELETE', '/searches/top')).status, 404);
  });
});
