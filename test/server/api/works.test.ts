import { createHash } from 'node:crypto';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { homeOf, ulidTime } from '../../../lib/core/index.ts';
import { disposition } from '../../../lib/server/api/works/disposition.ts';
import { withoutPlaces } from '../../../lib/server/api/works/records.ts';
import { rangeOf } from '../../../lib/server/api/works/send-file.ts';
import { startServer, TokenBook } from '../../../lib/server/index.ts';
import { manyWorks } from '../../gallery/many-works.ts';
import { file, type Place, place } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';

type Server = Awaited<ReturnType<typeof startServer>>;
const hostile = '"><script>alert(1)</script>\u202e/../../etc/passwd\r\nX-Evil: 1';

suite('reading works over HTTP', { timeoutMs: 90_000 }, (test) => {
  let here: Place;
  let server: Server;
  let token: string;
  const ids: Record<string, string> = {};

  const get = (to: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${server.url}/api/v1${to}`, { headers });
  const json = async (to: string, headers: Record<string, string> = {}): Promise<ReturnType<typeof JSON.parse>> => {
    const response = await get(to, headers);
    assert.is(response.status, 200, `${to}: ${response.status === 200 ? '' : await response.text()}`);
    return response.json();
  };
  const withToken = (): Record<string, string> => ({ authorization: `Bearer ${token}` });

  test.before(async () => {
    here = place();
    await manyWorks(here, 1000);
    ids['hostile'] = (
      await file(here, hostile, { title: hostile, altText: hostile, tags: [hostile.slice(0, 30)], collections: ['c<b>'] })
    ).id;
    ids['hidden'] = (await file(here, 'a secret kestrel', { hidden: true, note: 'mine alone', title: 'Kestrel' })).id;
    ids['trashed'] = (await file(here, 'a thrown kestrel')).id;
    ids['last'] = (await file(here, 'a red fox in the snow', { title: 'Fuchs im Schnee 🦊', rating: 5 })).id;
    await here.gallery.trash(ids['trashed']);
    token = (await new TokenBook(homeOf(here.home)).create({ name: 'reader', scope: 'read' })).token;
    server = await startServer({ home: here.home, port: 0, paint: false });
  });
  test.after(() => server?.close());

  test('pages of every order hold each work once while works come and go; a cursor of another order is refused', async () => {
    for (const sort of ['newest', 'oldest', 'rating']) {
      const seen: string[] = [];
      let cursor: string | null = null;
      let pages = 0;
      do {
        const page: { works: { id: string }[]; next: string | null; total: number } = await json(
          `/works?query=fox%20-tag:new&sort=${sort}&limit=150${cursor === null ? '' : `&cursor=${cursor}`}`,
        );
        seen.push(...page.works.map(({ id }) => id));
        cursor = page.next;
        if (++pages === 1) await file(here, 'a fox in between', { rating: 4, tags: ['new'] });
      } while (cursor !== null);
      assert.is(new Set(seen).size, seen.length);
      assert.equal(seen, await here.gallery.select('fox -tag:new', { sort: sort as 'newest', hidden: false }), sort);
    }
    const { next } = await json('/works?limit=1');
    assert.is((await get(`/works?limit=1&sort=rating&cursor=${next}`)).status, 400);
    for (const bad of ['limit=0', 'limit=1e9', 'cursor=x', 'sort=best', 'query=%22fox', 'query=@nosuch', 'color=red'])
      assert.ok([400, 404].includes((await get(`/works?${bad}`, withToken())).status), bad);
    assert.is((await get('/works?query=@nosuch')).status, 403);
  });

  test('the columns are those of the pages, within a second of the last work that another process filed', async () => {
    await sleep(1000);
    const body = Buffer.from(await (await get('/works/ids?query=fox&sort=oldest')).arrayBuffer());
    assert.is(body.toString('latin1', 0, 8), 'AIAIDS2\n');
    const count = body.readUInt32LE(8);
    const expected = await here.gallery.select('fox', { sort: 'oldest', hidden: false });
    assert.is(count, expected.length);
    const idsAt = 24 + count * 6;
    const found = expected.map((_, at) => body.toString('latin1', idsAt + at * 26, idsAt + at * 26 + 26));
    assert.equal(found, expected);
    assert.is(body.length, 24 + count * 32);
    assert.is(body.readUInt32LE(12), count);
    assert.is(body.readUInt32LE(16), new Set(expected.map((id) => Math.floor(ulidTime(id) / 86_400_000))).size);
    const first = Buffer.from(await (await get('/works/ids?query=fox&sort=oldest&limit=2')).arrayBuffer());
    assert.equal(
      [8, 12, 16].map((at) => first.readUInt32LE(at)),
      [2, count, body.readUInt32LE(16)],
    );
    assert.is(first.toString('latin1', 24 + 2 * 6), expected.slice(0, 2).join(''));
    assert.ok(first.subarray(24, 32).equals(body.subarray(24, 32)));
    assert.is((await get('/works/ids?limit=0')).status, 400);
  });

  test('the picture: bytes as filed, entity tag, ranges, caching, a safe file name', async () => {
    const { last = '' } = ids;
    const work = await here.gallery.get(last);
    const bytes = readFileSync(work.path);
    const whole = await get(`/works/${last}/image`);
    assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes));
    assert.equal(
      [whole.headers.get('etag'), whole.headers.get('content-type'), whole.headers.get('x-content-type-options')],
      [`"${work.image.sha256}"`, 'image/png', 'nosniff'],
    );
    assert.match(whole.headers.get('cache-control') ?? '', /no-cache/);
    assert.is(
      whole.headers.get('content-disposition'),
      `inline; filename="Fuchs im Schnee .png"; filename*=UTF-8''Fuchs%20im%20Schnee%20%F0%9F%A6%8A.png`,
    );
    const { version } = (await json(`/works/${last}`)) as { version: string };
    assert.match((await get(`/works/${last}/image?v=${version}`)).headers.get('cache-control') ?? '', /max-age=31536000, immutable/);
    assert.match((await get(`/works/${last}/image?download`)).headers.get('content-disposition') ?? '', /^attachment;/);
    const part = await get(`/works/${last}/image`, { range: 'bytes=1-3' });
    assert.equal([part.status, await part.text(), part.headers.get('content-range')], [206, 'PNG', `bytes 1-3/${bytes.length}`]);
    assert.is((await get(`/works/${last}/image`, { range: `bytes=${bytes.length}-` })).status, 416);
    assert.is((await get(`/works/${last}/image`, { 'if-none-match': `"x", W/"${work.image.sha256}"` })).status, 304);
    assert.is((await get(`/works/${last}/image`, { range: 'bytes=0-3', 'if-range': '"old"' })).status, 200);
  });

  test('a picture without its recipe has the same pixels and the AI label', async () => {
    const [whole, bare] = await Promise.all(
      ['', '?recipe=false&download'].map(async (query) =>
        Buffer.from(await (await get(`/works/${ids['last']}/image${query}`)).arrayBuffer()),
      ),
    );
    assert.ok(whole?.includes('parameters'));
    assert.not.ok(bare?.includes('parameters') || bare?.includes('snow'));
    assert.ok(bare?.includes('trainedAlgorithmicMedia'));
    const [one, other] = await Promise.all([whole, bare].map((png) => sharp(png).raw().toBuffer()));
    assert.ok(one && other && one.equals(other));
  });

  test('thumbnails: the next larger size, WebP or AVIF by what the client accepts', async () => {
    const { last = '' } = ids;
    const cases: [string, string | undefined, string][] = [
      ['', undefined, 'webp'],
      ['?width=300', 'image/avif,image/webp,*/*', 'webp'],
      ['?width=640', 'image/avif,image/webp,*/*', 'avif'],
      ['?width=640', 'image/webp', 'webp'],
      ['?width=640', 'image/avif;q=0, image/webp', 'webp'],
      ['?width=5000', 'image/avif', 'avif'],
    ];
    for (const [query, accept, format] of cases) {
      const response = await get(`/works/${last}/thumbnail${query}`, accept === undefined ? {} : { accept });
      assert.equal([response.headers.get('content-type'), response.headers.get('vary')?.includes('accept')], [`image/${format}`, true]);
      assert.ok(['webp', 'heif'].includes((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).format));
      const tag = response.headers.get('etag') ?? '';
      assert.is((await get(`/works/${last}/thumbnail${query}`, { 'if-none-match': tag, ...(accept && { accept }) })).status, 304);
    }
  });

  test('hidden works, notes and the trash: no route shows them without a token', async () => {
    const { hidden = '', trashed = '' } = ids;
    for (const id of [hidden, trashed])
      for (const part of ['', '/image', '/thumbnail', '/ledger', '/candidates', '/candidates/image', '/similar']) {
        assert.is((await get(`/works/${id}${part}`)).status, 404, part);
        assert.ok([200, 404].includes((await get(`/works/${id}${part}`, withToken())).status));
      }
    for (const to of [
      '/works?query=kestrel',
      '/works?query=hidden:true',
      `/export.zip?ids=${hidden},${trashed}`,
      `/export.json?ids=${hidden},${trashed}`,
      '/export.json?query=kestrel',
      '/feed.xml?query=kestrel',
      '/feed.json?query=kestrel',
    ]) {
      const text = await (await get(to)).text();
      assert.not.match(text, /kestrel|mine alone/i, to);
      assert.not.ok(text.includes(hidden), to);
    }
    assert.is((await json('/facets?query=kestrel')).total, 0);
    assert.is((await get('/works?trashed=true')).status, 403);
    assert.is((await json('/works?trashed=true', withToken())).works[0].id, trashed);
    const [shown] = (await json('/works?query=kestrel', withToken())).works;
    assert.equal([shown.id, shown.hidden], [hidden, true]);
    assert.is((await json(`/works/${hidden}`, withToken())).note, 'mine alone');
  });

  test('a hidden work answers as an id that no work has', async () => {
    const absent = '7ZZZZZZZZZZZZZZZZZZZZZZZZZ';
    const replyTo = async (id: string, part: string) => {
      const { status, text } = await get(`/works/${id}${part}`).then(async (reply) => ({ status: reply.status, text: await reply.text() }));
      const { code, message } = JSON.parse(text).error;
      return [status, code, message.replaceAll(id, 'ID')];
    };
    for (const part of ['', '/image', '/thumbnail', '/candidates', '/candidates/image', '/ledger', '/similar'])
      for (const name of ['hidden', 'trashed']) assert.equal(await replyTo(ids[name] ?? '', part), await replyTo(absent, part), part);
  });

  test('recipes as JSON name no place of this machine', async () => {
    const { id } = await file(here, 'a plain wren', {}, { model: { name: path.join(here.home, 'desk', 'wren.gguf'), hash: 'ab12' } });
    const reply = await get(`/export.json?ids=${id}`);
    const text = await reply.text();
    assert.match(reply.headers.get('content-disposition') ?? '', /recipes\.json/);
    const [one] = JSON.parse(text);
    assert.equal([one.id, one.recipe.prompt, one.recipe.model.name], [id, 'a plain wren', 'wren.gguf']);
    assert.match(one.infotext, /Steps: 20/);
    assert.not.ok(text.includes(here.home));
    assert.equal(await json('/export.json?query=nothing-has-this'), []);
  });

  test('an archive for a reader without a token has no notes, and for nobody places of this machine', async () => {
    const { id } = await file(here, 'a noted wren', { note: 'between us', derivation: { from: path.join(here.home, 'desk', 'wren.png') } });
    const unpack = async (headers: Record<string, string>) =>
      Object.values(unzipSync(Buffer.from(await (await get(`/export.zip?ids=${id}`, headers)).arrayBuffer()))).map((bytes) =>
        Buffer.from(bytes).toString('latin1'),
      );
    const [open, full] = [await unpack({}), await unpack(withToken())];
    for (const texts of [open, full]) {
      assert.is(texts.length, 3);
      assert.ok(texts.some((text) => text.includes('"wren.png"')));
      assert.not.ok(texts.some((text) => text.includes(here.home)));
    }
    assert.not.ok(open.some((text) => text.includes('between us')));
    assert.ok(full.some((text) => text.includes('between us')));
  });

  test('hostile prompts, titles and tags stay text; no reply holds a path of this machine', async () => {
    const { hostile: id = '' } = ids;
    // The index has the work of before, whose model is named by its file.
    for (let models = ''; !models.includes('"wren.gguf"'); await sleep(100)) models = await (await get('/facets?facets=model')).text();
    const record = await get(`/works/${id}`);
    const text = await record.text();
    assert.match(record.headers.get('content-type') ?? '', /^application\/json/);
    assert.match(record.headers.get('content-security-policy') ?? '', /default-src 'none'; sandbox/);
    assert.is(JSON.parse(text).title, hostile);
    for (const to of [`/works/${id}`, '/works?limit=3', '/facets', '/tags', '/feed.xml', '/feed.json']) {
      const reply = await (await get(to)).text();
      assert.not.ok(reply.includes(here.home), to);
      if (to === '/feed.xml') assert.not.match(reply, /<script>/);
    }
    const feed = await json('/feed.json');
    const addresses = [
      feed.home_page_url,
      feed.feed_url,
      ...feed.items.slice(0, 2).flatMap((item: { url: string; attachments: { url: string }[] }) => [item.url, item.attachments[0]?.url]),
    ];
    for (const address of addresses) assert.is((await fetch(address)).status, 200, address);
    assert.match((await fetch(feed.items[0].url)).headers.get('content-type') ?? '', /^text\/html/);
    for (const to of ['image', 'thumbnail']) {
      const { headers } = await get(`/works/${id}/${to}`);
      const name = headers.get('content-disposition') ?? '';
      assert.match(name, /^inline; filename="[\x20-\x7e]+\.(png|webp)"; filename\*=UTF-8''[\w%.~-]+$/);
      assert.not.match(name, /[\r\n<>/\\]|%2F|%5C|%0D|%0A|%E2%80%AE|"[^"]*"[^"]*"/i);
      assert.is(headers.get('x-evil'), null);
    }
  });

  const outside = [
    ...[
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e%2f%2e%2e%2f',
      '..%252f..%252f',
      '..%5c..%5c',
      '%2fetc%2fpasswd',
      'C:%5cWindows',
      '%5c%5chost%5cshare',
    ],
    ...[
      '%00',
      '01ARZ3NDEKTSV4RRFFQ69G5FAV%00',
      '01ARZ3NDEKTSV4RRFFQ69G5FAV%2f..',
      'latest',
      '01',
      '.',
      '01ARZ3NDEKTSV4RRFFQ69G5FAV_private',
    ],
  ];
  for (const id of outside) {
    test(`no route reads what ${id} leads to`, async () => {
      for (const part of ['', '/image', '/thumbnail', '/candidates', '/candidates/image', '/ledger', '/similar']) {
        const response = await get(`/works/${id}${part}`);
        const text = await response.text();
        assert.ok([400, 404].includes(response.status) || (id === '.' && response.status === 200), `${part}: ${response.status}`);
        assert.not.match(text, /root:|\[fonts\]/);
        assert.not.ok(text.includes(here.home));
      }
      assert.is((await get(`/export.zip?ids=${id}`)).status, 400);
    });
  }

  test('a picture that leads out of its folder, or is a page, is not sent', async () => {
    const work = await file(here, 'to be replaced');
    const secret = path.join(here.home, 'secret.png');
    writeFileSync(secret, readFileSync(work.path));
    rmSync(work.path);
    symlinkSync(secret, work.path);
    assert.is((await get(`/works/${work.id}/image`)).status, 404);
    assert.is((await get(`/works/${work.id}/thumbnail?width=640`)).status, 404);
    const archive = Buffer.from(await (await get(`/export.zip?ids=${work.id},${ids['last']}`)).arrayBuffer());
    const files = unzipSync(archive);
    assert.equal(Object.keys(files).sort(), [`${ids['last']}.json`, `${ids['last']}.png`, 'left-out.json', 'works.jsonld'].sort());
    const leftOut = Buffer.from(files['left-out.json'] ?? []).toString();
    assert.equal(
      JSON.parse(leftOut).map(({ id }: { id: string }) => id),
      [work.id],
    );
    assert.match(leftOut, /a link that leads to another folder/);
    assert.not.ok(leftOut.includes(here.home));
    rmSync(work.path);
    writeFileSync(work.path, '<html><script>alert(1)</script>');
    assert.is((await get(`/works/${work.id}/image`)).status, 404);
    assert.ok([400, 404].includes((await get(`/works/${work.id}/thumbnail?width=640`)).status));
  });

  test('an archive holds the pictures byte for byte; no more than two are packed at a time', async () => {
    const { last = '' } = ids;
    const files = unzipSync(Buffer.from(await (await get(`/export.zip?ids=${last}`)).arrayBuffer()));
    const work = await here.gallery.get(last);
    assert.is(
      createHash('sha256')
        .update(files[work.file] as Uint8Array)
        .digest('hex'),
      work.image.sha256,
    );
    assert.is((await get(`/export.zip?ids=${last}&query=fox`)).status, 400);
    // Twenty clients that do not read.
    const stop = new AbortController();
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        fetch(`${server.url}/api/v1/export.zip?query=`, { signal: stop.signal }).then(({ status }) => status),
      ),
    );
    assert.is(all.filter((status) => status === 200).length, 2, String(all));
    assert.ok(all.every((status) => status === 200 || status === 503));
    const began = performance.now();
    assert.is((await fetch(`${server.url}/healthz`)).status, 200);
    assert.ok(performance.now() - began < 5000);
    stop.abort();
    for (let tries = 0; ; tries++) {
      const response = await get(`/export.zip?ids=${last}`);
      await response.arrayBuffer();
      if (response.status === 200) break;
      assert.ok(tries < 100);
      await new Promise((done) => setTimeout(done, 50));
    }
  });

  test('likeness: words that mean nothing find nothing; words, works and uploads find pictures', async () => {
    const { last = '' } = ids;
    for (const like of ['flurbleglorp', 'qwxzv asdfghjkl', 'kubernetes']) {
      const { works, message } = await json(`/works/similar?like=${encodeURIComponent(like)}`);
      assert.equal([works, message], [[], 'nothing like that'], like);
    }
    const same = await json(`/works/${last}/similar?limit=5`);
    assert.ok(same.works.length > 0 && same.works.every(({ id }: { id: string }) => id !== last));
    const upload = await fetch(`${server.url}/api/v1/works/similar?limit=3`, {
      method: 'POST',
      headers: { ...withToken(), 'content-type': 'image/png' },
      body: readFileSync((await here.gallery.get(last)).path),
    });
    const found = (await upload.json()) as { works: { similarity: number }[] };
    assert.is(found.works.length, 3);
    assert.ok((found.works[0]?.similarity ?? 0) > 0.98);
    const bad = await fetch(`${server.url}/api/v1/works/similar`, {
      method: 'POST',
      headers: { ...withToken(), 'content-type': 'image/png' },
      body: 'no picture',
    });
    assert.is(bad.status, 400);
  });

  test('facets count what a query finds; every read of an unknown work is 404', async () => {
    const { total, facets } = await json('/facets?query=fox&facets=rating,tag');
    assert.is(
      facets.rating.reduce((sum: number, { works }: { works: number }) => sum + works, 0),
      total,
    );
    assert.equal(Object.keys(facets), ['rating', 'tag']);
    assert.is((await get('/facets?facets=prompt')).status, 400);
    for (const part of ['', '/image', '/thumbnail', '/ledger', '/similar'])
      assert.is((await get(`/works/01ARZ3NDEKTSV4RRFFQ69G5FAV${part}`)).status, 404);
  });
});

suite('parts of replies', (test) => {
  const ranges: [string | undefined, ReturnType<typeof rangeOf>][] = [
    [undefined, undefined],
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=50-1000', { start: 50, end: 99 }],
    ['bytes=100-', null],
    ['bytes=-0', null],
    ['bytes=9-1', undefined],
    ['bytes=0-1,5-6', undefined],
    ['lines=1-2', undefined],
    ['bytes=-', undefined],
  ];
  for (const [header, expected] of ranges) test(`range ${header}`, () => assert.equal(rangeOf(header, 100), expected));

  const titles = ['', '...', 'con', 'a/b\\c', 'x"y', '日本語', 'é', '\u0000\u0007', 'a'.repeat(500), '%2e%2e%2f', '\ud800'];
  for (const title of titles) {
    test(`a file name made of ${JSON.stringify(title.slice(0, 20))}`, () => {
      const text = disposition('attachment', title, 'png');
      assert.match(text, /^attachment; filename="[^"\\/\r\n]+\.png"; filename\*=UTF-8''[\w%.~-]+\.png$/);
      assert.not.match(decodeURIComponent(text.split("''")[1] ?? ''), /[/\\]/);
    });
  }

  test('absolute paths are cut to the last name, prompts are not', () => {
    const given = { prompt: '/imagine a/b', model: { name: '/home/u/models/x.gguf' }, list: ['C:\\m\\y.safetensors', 'a/b'], n: 1 };
    assert.equal(withoutPlaces(given), { prompt: '/imagine a/b', model: { name: 'x.gguf' }, list: ['y.safetensors', 'a/b'], n: 1 });
  });
});
