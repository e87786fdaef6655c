import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import {
  exportSite,
  exportZip,
  type ImportResult,
  importPictures,
  jsonFeed,
  jsonLdOf,
  rssFeed,
  verifyGallery,
} from '../../lib/gallery/index.ts';
import { readRecipe } from '../../lib/image/index.ts';
import { codeOf } from '../core/support.ts';
import { suite } from '../harness.ts';
import { samples } from '../image/foreign-samples.ts';
import { bareTags, siteData } from './site-text.ts';
import { file, picture, place, prompts, recipe, scratch } from './support.ts';

/** Hostile text that a page must escape. */
const hostile = '<script>alert("x")</script> & </script><b title=\'y\'>';

suite('gallery import', (test) => {
  test('pictures of other programs come in byte for byte, with their recipes, dated by their files, and only once', async () => {
    const here = place();
    const folder = path.join(scratch, 'foreign');
    mkdirSync(path.join(folder, 'sub'), { recursive: true });
    const pngs = samples.filter(([, bytes]) => bytes.readUInt32BE(0) === 0x89504e47);
    const programs = new Set(pngs.map(([, , program]) => program));
    assert.ok(['a1111', 'comfyui', 'invokeai', 'novelai', 'fooocus'].every((name) => [...programs].some((program) => program === name)));
    // The samples have texts but no pixels: put the same texts into a real picture.
    const pixels = await sharp({ create: { width: 640, height: 448, channels: 3, background: '#246' } })
      .png()
      .toBuffer();
    for (const [index, [, bytes]] of pngs.entries()) {
      // Drop the sample's IDAT (ten bytes) and IEND: before the real ones, they would make the picture undecodable.
      const texts = bytes.subarray(8, bytes.length - 12 - 22);
      const from = texts.subarray(0, 4).readUInt32BE(0) === 13 ? 25 : 0;
      writeFileSync(
        path.join(folder, index % 2 === 0 ? 'sub' : '', `${index}.png`),
        Buffer.concat([pixels.subarray(0, 33), texts.subarray(from), pixels.subarray(33)]),
      );
    }
    const dated = path.join(folder, 'sub', '0.png');
    utimesSync(dated, new Date('2024-02-29T10:00:00Z'), new Date('2024-02-29T10:00:00Z'));
    writeFileSync(path.join(folder, 'broken.png'), 'no picture');
    writeFileSync(path.join(folder, 'notes.txt'), 'ignored');
    const results = await importPictures(here.gallery, [folder], { about: { tags: ['old'] } });
    const imported = results.flatMap((one) => (one.status === 'imported' ? [one] : []));
    assert.is(imported.length, pngs.length);
    for (const { path: from, work } of imported) {
      const [, , program, expected] = pngs[Number(path.basename(from, '.png'))] ?? [];
      assert.is(work.imported?.program, program, from);
      assert.equal(work.recipe, expected);
      assert.ok(readFileSync(work.path).equals(readFileSync(from)));
      assert.equal(work.tags, ['old']);
    }
    assert.equal(
      results.flatMap((one) => (one.status === 'failed' ? [[path.basename(one.path), one.code]] : [])),
      [['broken.png', 'ERR_IMAGE_DECODE']],
    );
    const old = imported.find(({ path: from }) => from === dated)?.work;
    assert.is(old?.createdAt, '2024-02-29T10:00:00.000Z');
    assert.match(old?.path ?? '', /2024\/02\/\w+\.png$/);
    assert.ok((await here.again().select('program:a1111')).length > 0);
    const again = await importPictures(here.again(), [folder]);
    assert.is(again.filter(({ status }) => status === 'known').length, pngs.length);
    assert.is(await codeOf(importPictures(here.gallery, [path.join(folder, 'absent')])), 'ERR_READ');
  });

  test('our own pictures come back with their exact recipe; JPEG and WebP keep their format', async () => {
    const [here, there] = [place(), place()];
    const work = await file(here, 'a fox');
    const jpeg = path.join(scratch, 'own.jpg');
    await picture(recipe('an owl'), 30).save(jpeg);
    const [own, photo] = await importPictures(there.gallery, [work.path, jpeg]);
    assert.ok(own?.status === 'imported' && photo?.status === 'imported');
    assert.equal([own.work.recipe, own.work.recipeHash, own.work.provenance], [work.recipe, work.recipeHash, work.provenance]);
    assert.is(path.extname(photo.work.path), '.jpg');
    assert.is(photo.work.recipe?.prompt, 'an owl');
  });
});

suite('gallery import of folders', (test) => {
  const png = (colour: string): Promise<Buffer> =>
    sharp({ create: { width: 9, height: 9, channels: 3, background: colour } })
      .png()
      .toBuffer();
  const put = (folder: string, name: string, bytes: Uint8Array | string): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return file;
  };
  const taken = (results: readonly ImportResult[], status: ImportResult['status'], folder: string): string[] =>
    results.flatMap((one) => (one.status === status ? [path.relative(folder, one.path).replaceAll(path.sep, '/')] : [])).sort();

  test('each real folder once; links out, folders of other programs and other kinds of pictures are reported and skipped', async () => {
    const folder = path.join(scratch, 'photos');
    const elsewhere = path.dirname(put(path.join(scratch, 'elsewhere'), 'private.png', await png('#f00')));
    put(folder, 'a.png', await png('#100'));
    put(
      folder,
      'sub/b.jfif',
      await sharp(await png('#010'))
        .jpeg()
        .toBuffer(),
    );
    for (const [name, to] of [
      ['loop', '.'],
      ['sub/up', '..'],
      ['out', elsewhere],
      ['root', '/'],
      ['out.png', path.join(elsewhere, 'private.png')],
      ['gone.png', 'nowhere'],
    ] as const)
      symlinkSync(to, path.join(folder, name));
    put(folder, '@eaDir/a.png/SYNOPHOTO_THUMB_XL.jpg', await png('#020'));
    put(folder, '#recycle/old.png', await png('#030'));
    put(folder, '._a.png', 'x');
    put(folder, 'IMG_1.HEIC', 'x');
    put(folder, 'scan.TIFF', 'x');
    put(folder, 'notes.txt', 'x');
    put(folder, 'site/.ai-artist-site', '');
    put(folder, 'site/images/copy.png', await png('#040'));
    put(folder, '2026/11/01K9F0000000000000000000AA.candidates.webp', await png('#050'));
    const here = place();
    const results = await importPictures(here.gallery, [folder, folder, path.join(folder, 'a.png')]);
    assert.equal(taken(results, 'imported', folder), ['a.png', 'sub/b.jfif']);
    assert.equal(taken(results, 'failed', folder), []);
    const passed = [...new Set(taken(results, 'passed', folder))];
    assert.equal(passed, ['#recycle', '@eaDir', 'IMG_1.HEIC', 'gone.png', 'loop', 'out', 'out.png', 'root', 'scan.TIFF', 'site', 'sub/up']);
    assert.is((await here.gallery.list()).total, 2);
  });

  test('files that are empty, truncated, no picture, too large, dated before 1970 or after 9999: none stops the rest', async () => {
    const folder = path.join(scratch, 'bad days');
    const noise = await sharp(Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * at * 7919 + at * 31 + (at >> 3)) % 251)), {
      raw: { width: 64, height: 64, channels: 3 },
    })
      .png()
      .toBuffer();
    const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length / 2);
    put(folder, 'a empty.png', '');
    put(folder, 'b cut.png', half(noise));
    put(folder, 'c cut.jpg', half(await sharp(noise).jpeg().toBuffer()));
    put(folder, 'd cut.webp', half(await sharp(noise).webp({ lossless: true }).toBuffer()));
    const bomb = Buffer.from(noise);
    bomb.writeUInt32BE(2_000_000, 16);
    put(folder, 'e bomb.png', bomb);
    put(folder, 'f text.png', 'no picture');
    const old = put(folder, 'g old.png', await png('#111'));
    utimesSync(old, new Date('1931-01-01'), new Date('1931-01-01'));
    const late = put(folder, 'h late.png', await png('#112'));
    utimesSync(late, new Date('2286-01-01'), new Date('2286-01-01'));
    mkdirSync(path.join(folder, 'i folder.png'));
    put(folder, 'j good.png', noise);
    const here = place();
    const results = await importPictures(here.gallery, [folder]);
    assert.equal(taken(results, 'imported', folder), ['g old.png', 'h late.png', 'j good.png']);
    assert.equal(
      results.flatMap((one) => (one.status === 'failed' ? [[path.basename(one.path)[0], one.code]] : [])),
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, 'ERR_IMAGE_DECODE']),
    );
    assert.equal(
      (await here.gallery.list()).works.map(({ createdAt }) => createdAt.slice(0, 4)).sort(),
      ['1970', String(new Date().getUTCFullYear()), '2286'].sort(),
    );
    // Exporting them works, too: dates in ZIP begin in 1980.
    const out = path.join(scratch, 'dates.zip');
    assert.is((await exportZip(here.gallery, await here.gallery.select(''), out)).works, 3);
    assert.is(Object.keys(unzipSync(readFileSync(out))).length, 7);
  });

  test('a foreign record: its text is not HTML, its licence not a script, its file name no path to other files', async () => {
    const here = place();
    const victim = await file(here, 'a fox');
    const shared = await file(here, 'an owl', {
      title: '"><img src=x onerror=alert(1)>',
      licence: { id: 'CC0"><script>', url: 'javascript:alert(1)' },
    });
    const record = JSON.parse(readFileSync(shared.sidecarPath, 'utf8'));
    const evil = 'x" onerror="alert(1)#?.png';
    renameSync(shared.path, path.join(path.dirname(shared.path), evil));
    writeFileSync(shared.sidecarPath, JSON.stringify({ ...record, file: evil, tags: ["'onload='x"], trashedAt: undefined }));
    const out = path.join(scratch, 'hostile site');
    await exportSite(here.again(), [shared.id, victim.id], out, { url: 'https://example.org/' });
    for (const page of ['index.html', `works/${shared.id}.html`, 'rss.xml', 'feed.json']) {
      const written = readFileSync(path.join(out, page), 'utf8');
      // Inside its script element JSON may hold quotation marks as they are, and so may texts and quoted values of HTML.
      const text = page.endsWith('.html') ? bareTags(written) : written.replace(/"tags": \[.*?\]/s, '');
      assert.not.match(
        page === 'feed.json' ? text.replace(/"title": .*/g, '') : text,
        /<img src=x|" onerror=|javascript:|<script>|'onload=/,
        page,
      );
      if (page.endsWith('.html')) assert.match(written, /Content-Security-Policy" content="default-src &#39;none&#39;;/);
    }
    assert.ok(existsSync(path.join(out, 'images', `${shared.id}.png`)));
    // Deleting it permanently removes no file of another work.
    writeFileSync(
      shared.sidecarPath,
      JSON.stringify({ ...record, file: path.basename(victim.path), candidates: { file: `${victim.id}.json`, tile: 1, count: 2 } }),
    );
    const again = here.again();
    await again.refresh({ everyFile: true });
    await again.trash(shared.id);
    await again.purge(shared.id);
    assert.ok(existsSync(victim.path) && existsSync(victim.sidecarPath));
  });
});

suite('gallery export', (test) => {
  test('site and ZIP skip and report a picture that cannot be read', async () => {
    const here = place();
    const [a, b] = [await file(here, 'a fox'), await file(here, 'an owl')];
    writeFileSync(a.path, readFileSync(a.path).subarray(0, 60));
    const out = path.join(scratch, 'partly');
    const site = await exportSite(here.gallery, [a.id, b.id], out);
    assert.equal([site.works, site.missing, site.damaged?.map(({ id }) => id)], [1, [], [a.id]]);
    assert.match(site.damaged?.[0]?.message ?? '', /\.png: expected a picture, got: /);
    assert.equal(readdirSync(path.join(out, 'works')), [`${b.id}.html`]);
    assert.not.match(readFileSync(path.join(out, 'index.html'), 'utf8'), new RegExp(a.id));
    rmSync(a.path);
    mkdirSync(a.path);
    assert.equal((await exportZip(here.gallery, [a.id, b.id], `${out}.zip`)).missing, [a.id]);
  });

  test('site and ZIP leave out and report a picture that leads out of the gallery', async () => {
    const here = place();
    const [a, b] = [await file(here, 'a fox'), await file(here, 'an owl')];
    const outside = path.join(here.home, 'outside.png');
    renameSync(a.path, outside);
    symlinkSync(outside, a.path);
    const out = path.join(scratch, 'linked');
    const [site, zip] = [await exportSite(here.gallery, [a.id, b.id], out), await exportZip(here.gallery, [a.id, b.id], `${out}.zip`)];
    for (const { works, damaged } of [site, zip])
      assert.equal(
        [works, damaged],
        [1, [{ id: a.id, message: `${path.basename(a.path)}: expected a picture, got a link that leads to another folder` }]],
      );
    assert.equal(readdirSync(path.join(out, 'images')), [b.file]);
    const files = unzipSync(readFileSync(`${out}.zip`));
    assert.equal(Object.keys(files), [b.file, `${b.id}.json`, 'works.jsonld', 'left-out.json']);
    // One that stays in the folder is a picture like others.
    rmSync(a.path);
    renameSync(outside, `${a.path}.real`);
    symlinkSync(`${path.basename(a.path)}.real`, a.path);
    assert.equal((await exportZip(here.gallery, [a.id], `${out}-2.zip`)).works, 1);
  });

  test('ZIP: unchanged pictures and records, JSON-LD; checked by another program', async () => {
    const here = place();
    const [a, b] = [await file(here, 'a fox'), await file(here, 'an owl', { title: 'Üb 🦉' })];
    const out = path.join(scratch, 'out', 'works.zip');
    assert.equal(await exportZip(here.gallery, [b.id, a.id], out), { path: out, works: 2, missing: [] });
    const files = unzipSync(readFileSync(out));
    assert.equal(Object.keys(files), [b.file, `${b.id}.json`, a.file, `${a.id}.json`, 'works.jsonld']);
    for (const work of [a, b]) {
      assert.ok(readFileSync(work.path).equals(files[work.file] as Uint8Array));
      assert.ok(readFileSync(work.sidecarPath).equals(files[`${work.id}.json`] as Uint8Array));
    }
    assert.is(JSON.parse(strFromU8(files['works.jsonld'] as Uint8Array))[0].name, 'Üb 🦉');
    const python = spawnSync('python3', ['-c', `import zipfile; print(zipfile.ZipFile(${JSON.stringify(out)}).testzip())`], {
      encoding: 'utf8',
    });
    if (python.status !== null) assert.is(python.stdout, 'None\n', python.stderr);
    assert.is(await codeOf(exportZip(here.gallery, [a.id], out)), 'ERR_ALREADY_EXISTS');
    rmSync(a.path);
    assert.equal(await exportZip(here.gallery, [a.id, b.id], out, { overwrite: true }), { path: out, works: 1, missing: [a.id] });
    assert.equal(readdirSync(path.dirname(out)), ['works.zip']);
  });

  test('site: every link and picture is there, nothing hostile gets through, no script but its own, the thumbnails have the AI label', async () => {
    const here = place();
    await file(here, 'a fox', {
      title: 'Fox',
      altText: 'A red fox',
      tags: ['animal'],
      rating: 4,
      licence: { id: 'CC0-1.0', url: 'https://creativecommons.org/publicdomain/zero/1.0/' },
    });
    await file(here, `${hostile}\u2028`, { title: hostile });
    for (let index = 0; index < 60; index++) await file(here, `work ${index}`);
    const out = path.join(scratch, 'my site');
    const ids = await here.gallery.select('');
    const { works } = await exportSite(here.gallery, ids, out, { title: hostile });
    assert.is(works, 62);
    const pages = ['index.html', 'page-2.html', ...readdirSync(path.join(out, 'works')).map((name) => `works/${name}`)];
    assert.is(pages.length, 64);
    for (const page of pages) {
      const html = readFileSync(path.join(out, page), 'utf8');
      assert.not.match(html, /<script>|<b title/, page);
      const links = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1] ?? '');
      const missing = links.filter((link) => !existsSync(path.join(out, path.dirname(page), link)));
      assert.equal(missing, [], page);
      for (const [, image] of html.matchAll(/<img ((?:[^>"]|"[^"]*")*)>/g)) assert.match(image ?? '', /alt="[^"]+"/);
      const scripts = [...html.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)];
      for (const [, attributes, content] of scripts) {
        if (/ src="(\.\.\/)?site\.js"$/.test(attributes ?? '')) assert.is(content, '');
        else {
          assert.is(attributes, ' type="application/ld+json"');
          assert.is(JSON.parse(content ?? '')['@type'], 'ImageObject');
        }
      }
    }
    // The data of its script: JSON that no text can end, in the order of the pages.
    const { works: listed, ...facts } = siteData(out);
    assert.equal(
      (listed as { works: { id: string }[] }).works.map(({ id }) => id),
      ids,
    );
    assert.equal(
      Object.values(facts).map((file) => Object.keys(file as object).length),
      [60, 2],
    );
    for (const name of readdirSync(path.join(out, 'data')))
      assert.not.match(readFileSync(path.join(out, 'data', name), 'utf8'), /[<\u2028\u2029]/);
    assert.match(readFileSync(path.join(out, 'thumbs', `${ids[0]}.webp`)).toString('latin1'), /trainedAlgorithmicMedia/);
    assert.ok(await readRecipe(path.join(out, 'images', `${ids[0]}.png`)));
    assert.match(readFileSync(path.join(out, 'index.html'), 'utf8'), /<time datetime="2026-10-30T[^"]+Z">2026-10-30<\/time>/);
    assert.not.ok(existsSync(path.join(out, 'rss.xml')));
    // An earlier site is replaced; a user's folder is not.
    assert.is((await exportSite(here.gallery, ids.slice(0, 1), out, { url: 'https://example.org/art' })).works, 1);
    assert.equal(readdirSync(path.join(out, 'works')), [`${ids[0]}.html`]);
    // A hidden work is in no page and no feed; nor is the owner's note.
    await here.gallery.update(ids[1] as string, { hidden: true });
    await here.gallery.update(ids[0] as string, { note: 'between us' });
    assert.is((await exportSite(here.gallery, ids.slice(0, 2), out, { url: 'https://example.org/art' })).works, 1);
    for (const file of ['index.html', 'rss.xml', 'feed.json', `works/${ids[0]}.html`, 'data/works.js', 'data/facts-0.js'])
      assert.not.match(readFileSync(path.join(out, file), 'utf8'), new RegExp(`${ids[1]}|between us`), file);
    assert.not.match(
      rssFeed(await here.gallery.getMany(ids.slice(0, 2)), { title: 'x', url: 'https://example.org/' }),
      new RegExp(`${ids[1]}`),
    );
    assert.is(JSON.parse(readFileSync(path.join(out, 'feed.json'), 'utf8')).items[0].url, `https://example.org/art/works/${ids[0]}.html`);
    const own = path.join(scratch, 'somebody');
    mkdirSync(own);
    writeFileSync(path.join(own, 'thesis.doc'), 'x');
    assert.is(await codeOf(exportSite(here.gallery, ids, own)), 'ERR_ALREADY_EXISTS');
    // Files added to a site later are not replaced either, nor the artist's folders, with or without the gallery's default name.
    writeFileSync(path.join(out, 'works', 'notes.html'), 'mine');
    assert.is(await codeOf(exportSite(here.gallery, ids, out)), 'ERR_ALREADY_EXISTS');
    assert.is(readFileSync(path.join(out, 'works', 'notes.html'), 'utf8'), 'mine');
    for (const folder of [here.gallery.folder, path.dirname(here.gallery.folder), scratch, '.', '/'])
      assert.is(await codeOf(exportSite(here.gallery, ids, folder)), 'ERR_INVALID_ARGUMENT', folder);
    assert.is((await here.again().select('')).length, 62);
    assert.is(await codeOf(exportSite(here.gallery, ids, path.join(scratch, 's2'), { url: 'javascript:1' })), 'ERR_INVALID_ARGUMENT');
    assert.equal(
      readdirSync(scratch).filter((name) => name.startsWith('.')),
      [],
    );
  });

  test('feeds and labels follow schema.org, RSS and JSON Feed', async () => {
    const here = place();
    const work = await file(here, hostile, { tags: ['a&b'], licence: { id: 'CC0-1.0', url: 'https://x.y' } });
    const where = { title: 'T & U', url: 'https://example.org/' };
    const rss = rssFeed([work], where);
    const parsed = spawnSync(
      'python3',
      [
        '-c',
        'import sys, xml.etree.ElementTree as e; r = e.fromstring(sys.stdin.buffer.read()); print(r.find("channel/item/title").text); print(r.find("channel/item/enclosure").get("length"))',
      ],
      { input: rss, encoding: 'utf8' },
    );
    if (parsed.status !== null) assert.is(parsed.stdout, `${hostile}\n${work.image.bytes}\n`, parsed.stderr);
    assert.match(rss, new RegExp(`<guid isPermaLink="false">${work.id}</guid>`));
    const feed = JSON.parse(jsonFeed([work], where));
    assert.equal(
      [feed.version, feed.items[0].tags, feed.items[0].image],
      ['https://jsonfeed.org/version/1.1', ['a&b'], `https://example.org/images/${work.file}`],
    );
    const label = jsonLdOf(work, { picture: 'x.png' });
    assert.is(label['digitalSourceType'], 'https://schema.org/TrainedAlgorithmicMediaDigitalSource');
    assert.equal([label['license'], label['width'], label['encodingFormat'], label['keywords']], ['https://x.y', 8, 'image/png', 'a&b']);
  });
});

suite('gallery verify', (test) => {
  test('nothing wrong, nothing found', async () => {
    const here = place();
    await here.gallery.add({ image: picture(recipe('a fox')), candidates: [picture(), picture()] });
    await file(here, 'an owl');
    const { works, bytes, findings } = await verifyGallery(here.gallery);
    assert.equal([works, findings], [2, []]);
    const folder = path.join(here.gallery.folder, '2026', '10');
    assert.is(
      bytes,
      readdirSync(folder).reduce((sum, name) => sum + readFileSync(path.join(folder, name)).length, 0),
    );
  });

  test('each kind of damage is named; a picture without a record becomes a work again', async () => {
    const here = place();
    const names = ['gone', 'changed', 'longer', 'damaged', 'newer', 'orphan', 'misplaced'] as const;
    const works = new Map<string, Awaited<ReturnType<typeof file>>>();
    for (const name of names) works.set(name, await file(here, name));
    const at = (name: (typeof names)[number]) => {
      const work = works.get(name);
      if (!work) throw new Error(name);
      return work;
    };
    const folder = path.dirname(at('gone').path);
    const strip = await here.gallery.add({ image: picture(recipe('candidates')), candidates: [picture(), picture()] });
    rmSync(path.join(folder, `${strip.id}.candidates.webp`));
    rmSync(at('gone').path);
    const bytes = readFileSync(at('changed').path);
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
    writeFileSync(at('changed').path, bytes);
    writeFileSync(at('longer').path, 'x');
    writeFileSync(at('damaged').sidecarPath, '{');
    writeFileSync(at('newer').sidecarPath, readFileSync(at('newer').sidecarPath, 'utf8').replace('"schema": 1', '"schema": 9'));
    rmSync(at('orphan').sidecarPath);
    mkdirSync(path.join(folder, '../09'));
    renameSync(at('misplaced').sidecarPath, path.join(folder, '../09', `${at('misplaced').id}.json`));
    const left = path.join(folder, '.ai-artist-0011.tmp');
    writeFileSync(left, 'half');
    writeFileSync(path.join(folder, '.ai-artist-0022.tmp'), 'being written');
    utimesSync(left, new Date(0), new Date(0));
    writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    const { findings } = await verifyGallery(here.again());
    assert.equal(findings.map(({ kind }) => kind).sort(), [
      'candidates-missing',
      'damaged',
      'foreign',
      'leftover',
      'misplaced',
      'newer',
      'orphan',
      'orphan',
      'picture-changed',
      'picture-changed',
      'picture-missing',
    ]);
    assert.is((await verifyGallery(here.gallery, { hashes: false })).findings.length, 10);
    const adopted = await here.gallery.adopt(at('orphan').path);
    const { updatedAt: _, imported, ...fields } = adopted;
    assert.equal(fields, at('orphan'));
    assert.is(imported?.program, 'ai-artist');
    assert.ok(prompts((await here.again().list()).works).includes('orphan'));
    assert.is(await codeOf(here.gallery.adopt(at('orphan').path)), 'ERR_INVALID_ARGUMENT');
    assert.is(await codeOf(here.gallery.adopt(path.join(folder, 'notes.txt'))), 'ERR_INVALID_ARGUMENT');
  });
});
