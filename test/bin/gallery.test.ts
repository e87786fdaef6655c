import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { ArtImage } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { international } from '../image/pictures.ts';
import { typescript } from '../support/run-source.ts';
import { type CliResult, cli, cliOnTerminal, cliSeries, jsonOf, scratch } from './support.ts';

const home = path.join(scratch, 'gallery home 🖼');
const pictures = path.join(scratch, 'pictures of others');
const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

const run = (...lines: string[][]): Promise<CliResult[]> => cliSeries(lines.map((line) => ['gallery', ...line, '--home', home]));

async function one(...line: string[]): Promise<CliResult> {
  const [result] = await run(line);
  if (!result) throw new Error('no result');
  return result;
}

async function painted(name: string, prompt: string, colour: [number, number, number]): Promise<void> {
  const data = new Uint8Array(64 * 64 * 3).map((_, at) => colour[at % 3] ?? 0);
  await new ArtImage(
    { data, width: 64, height: 64, channels: 3 },
    { prompt, seed: 7, steps: 20, sampler: 'euler_a', width: 64, height: 64 },
  ).save(path.join(pictures, name));
}

/** A picture of 9x9 pixels with extra chunks. */
function pngWith(...chunks: Uint8Array[]): Uint8Array[] {
  return [plain.subarray(0, 33), ...chunks, plain.subarray(33)];
}
const plain = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#f00' } })
  .png()
  .toBuffer();

const words = (result: CliResult | undefined): string[] =>
  (result?.stdout ?? '')
    .trim()
    .split('\n')
    .filter((line) => line !== '');

suite('bin gallery', { timeoutMs: 120_000 }, (test) => {
  let ids: string[] = [];
  test.before(async () => {
    mkdirSync(pictures, { recursive: true });
    await painted('1.png', 'a red fox', [200, 30, 20]);
    await painted('2.png', 'a blue ship', [20, 30, 200]);
    await painted('3.png', 'a green hill', [20, 200, 30]);
    const result = await one('import', pictures, '--tag', 'test', '--json');
    assert.is(result.code, 0, result.stderr);
    ids = (jsonOf(result)['imported'] as { id: string; from: string }[]).sort((a, b) => (a.from < b.from ? -1 : 1)).map(({ id }) => id);
    assert.is(ids.length, 3);
  });

  test('list, show, search: lines for people on stdout, whole records with --json', async () => {
    const [list, paged, show, json, search, none] = await run(
      ['list'],
      ['list', '--limit', '2', '--json'],
      ['show', ids[0] ?? ''],
      ['show', ids[0]?.slice(-8) ?? '', '--json'],
      ['search', 'fox sampler:euler_a'],
      ['search', 'nothing'],
    );
    assert.is(words(list).length, 3);
    assert.match(
      list?.stdout ?? '',
      new RegExp(`^${ids[0]}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d [+-]\\d\\d:\\d\\d  ·····   64x64      a red fox  \\[test\\]$`, 'm'),
    );
    assert.match(list?.stderr ?? '', /^3 of 3 works/);
    const page = jsonOf(paged as CliResult) as { next: string; works: { id: string }[]; total: number } & ReturnType<typeof jsonOf>;
    assert.equal([page.works.length, page.total, page.next], [2, 3, page.works[1]?.id]);
    const rest = jsonOf(await one('list', '--after', page.next, '--json')) as { works: unknown[]; next: null } & ReturnType<typeof jsonOf>;
    assert.equal([rest.works.length, rest.next], [1, null]);
    assert.match(show?.stdout ?? '', /^\w{26} {2}a red fox$/m);
    assert.match(show?.stdout ?? '', /Steps: 20, Sampler: Euler a/);
    assert.is(jsonOf(json as CliResult)['hasPicture'], true);
    assert.equal(
      words(search).map((line) => line.slice(0, 26)),
      [ids[0]],
    );
    assert.equal([none?.code, none?.stdout], [0, '']);
  });

  test('search: several words, and a word for a field that no work has', async () => {
    const [both, mistyped, absent, known] = await run(
      ['search', 'red', 'fox'],
      ['search', 'ratng:5'],
      ['list', '--query', 'nosuch:field -other.thing:1'],
      ['search', 'negative:x sampler:euler_a'],
    );
    assert.equal(
      words(both).map((line) => line.slice(0, 26)),
      [ids[0]],
    );
    assert.match(mistyped?.stderr ?? '', /query: no work has a field "ratng"\. Did you mean rating\?/);
    assert.match(absent?.stderr ?? '', /"nosuch"[\s\S]*"other\.thing"/);
    assert.not.match(known?.stderr ?? '', /no work has/);
    assert.match(both?.stderr ?? '', /1 of 1 work\b/);
  });

  test('times are local, with the offset of the zone; --json is UTC', async () => {
    const env = { AI_ARTIST_HOME: home, TZ: 'Asia/Kathmandu' };
    const [list, show, json] = await Promise.all([
      cli(['gallery', 'list'], { env }),
      cli(['gallery', 'show', ids[0] ?? ''], { env }),
      cli(['gallery', 'list', '--json'], { env }),
    ]);
    for (const line of list.stdout.trim().split('\n')) assert.match(line, /^\w{26} {2}\d{4}-\d\d-\d\d \d\d:\d\d \+05:45 {2}/);
    assert.match(show.stdout, /^ {2}made +\d{4}-\d\d-\d\d \d\d:\d\d \+05:45$/m);
    assert.match(json.stdout, /"createdAt":"[^"]+Z"/);
  });

  test('hostile text: no terminal control sequence reaches stdout or stderr, and --json keeps the value', async () => {
    const place = path.join(scratch, 'escapes');
    mkdirSync(place, { recursive: true });
    const evil = 'fox \u001b]0;owned\u0007\u001b[2J\u009b31m\u202egnp\u200b\rend';
    const other = (...line: string[]): string[] => [...line, '--home', path.join(place, 'home')];
    const file = path.join(place, 'a\u001b[31m.png');
    writeFileSync(
      file,
      Buffer.concat(pngWith(international('parameters', `${evil}\nSteps: 3, Sampler: Euler a, Seed: 1, Size: 9x9, Model: \u001b[31mm`))),
    );
    const lines = [
      ['inspect', file],
      ['inspect', file, file],
      ['gallery', 'import', file],
      ['gallery', 'list'],
      ['gallery', 'show', 'latest'],
      ['gallery', 'search', 'fox'],
      ['gallery', 'describe', 'latest', '--title', evil],
      ['gallery', 'tag', 'latest', '--add', evil],
      ['gallery', 'collect', 'latest', '--in', evil],
      ['gallery', 'collect'],
      ['gallery', 'list'],
      ['gallery', 'stats'],
      ['gallery', 'compare', 'latest', 'latest'],
      ['gallery', 'search', '--forget', evil],
      ['gallery', 'export', 'zip', '--out', path.join(place, 'x\u001b[31m.zip')],
      ['gallery', 'show', evil],
    ];
    const results = await cliSeries([...lines.map((line) => other(...line)), other('gallery', 'show', 'latest', '--json')]);
    // The separators between the lines of this series are C0 characters themselves, so they are removed.
    for (const [at, { stdout, stderr }] of results.entries())
      assert.not.match(`${stdout}${stderr}`, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u200b]/, `${lines[at]}`);
    const record = jsonOf(results.at(-1) as CliResult) as unknown as { title: string; recipe: { prompt: string } };
    assert.is(record.title, evil);
    assert.match(record.recipe.prompt, /\u001b\]0;owned/);
  });

  test('inspect of several files: one that cannot be read stops none of the others', async () => {
    const [text, json] = await cliSeries([
      ['inspect', path.join(pictures, '1.png'), 'absent.png', path.join(pictures, '2.png')],
      ['inspect', path.join(pictures, '1.png'), 'absent.png', '--json'],
    ]);
    assert.is(text?.code, 1);
    assert.match(text?.stdout ?? '', /1\.png:\na red fox[\s\S]*2\.png:\na blue ship/);
    assert.match(text?.stderr ?? '', /ERR_READ: absent\.png/);
    const { files } = jsonOf(json as CliResult) as unknown as { files: { error?: { code: string } }[] };
    assert.equal(
      files.map(({ error }) => error?.code),
      [undefined, 'ERR_READ'],
    );
  });

  test('open: without a display it prints the path and says why', async () => {
    if (process.platform !== 'linux') return;
    const [result] = await cliSeries([['gallery', 'open', 'latest', '--home', home]], { env: { DISPLAY: '', WAYLAND_DISPLAY: '' } });
    assert.is(result?.code, 0, result?.stderr);
    assert.match(result?.stdout ?? '', /^\S.*\.png\n$/);
    assert.match(result?.stderr ?? '', /no display to open it on .*--with names a program/);
  });

  test('rate, tag, star, collect and describe change one work, or all that a query finds', async () => {
    const [a = '', b = ''] = ids;
    const results = await run(
      ['rate', a, b, '4'],
      ['rate', '--query', 'hill', '2'],
      ['tag', '--query', 'tag:test', '--add', 'all', '--remove', 'test'],
      ['star', a],
      ['collect', a, b, '--in', 'warm & cold'],
      ['describe', a, '--title', 'Fox', '--alt', 'A fox', '--licence', 'CC0-1.0'],
    );
    for (const { code, stderr } of results) assert.is(code, 0, stderr);
    assert.match(results[2]?.stderr ?? '', /3 works tagged/);
    const [good, star, collection, collections, titled] = await run(
      ['search', 'rating:4 tag:all -tag:test'],
      ['search', 'is:star'],
      ['search', 'collection:"warm & cold"'],
      ['collect'],
      ['show', a, '--json'],
    );
    assert.equal([words(good).length, words(star).length, words(collection).length], [2, 1, 2]);
    assert.is(collections?.stdout, '     2  warm & cold\n');
    const record = jsonOf(titled as CliResult);
    assert.equal([record['title'], record['altText'], record['licence'], record['rating']], ['Fox', 'A fox', { id: 'CC0-1.0' }, 4]);
    const undone = await run(
      ['rate', a, 'none'],
      ['star', a, '--off'],
      ['collect', b, '--in', 'warm & cold', '--remove'],
      ['describe', a, '--title', ''],
    );
    for (const { code, stderr } of undone) assert.is(code, 0, stderr);
    const after = jsonOf(await one('show', a, '--json'));
    assert.equal(
      ['rating', 'star', 'title'].filter((field) => field in after),
      [],
    );
  });

  // [arguments, exit status, message]
  const wrong: [string[], number, RegExp][] = [
    [['rate', 'latest', '6'], 2, /rating: expected 1, 2, 3, 4, 5 or none as the last word, got "6"/],
    [['rate', '5'], 2, /works: expected ids or --query, got neither/],
    [['rate', 'x', '--query', 'y', '5'], 2, /--query: expected to be left out where ids are given/],
    [['tag', 'latest'], 2, /--add: expected a tag/],
    [['show', 'nobody'], 1, /ERR_NOT_FOUND: "nobody": no such work/],
    [['show', '0'], 2, /expected one work, got 3/],
    [['search', 'rating:best'], 2, /rating: expected/],
    [['search', '@unknown'], 1, /ERR_NOT_FOUND: @unknown/],
    [['search', '--like', 'a', '--image', 'b'], 2, /expected one of --like, --image and --similar/],
    [['search', '--like', 'a', '--sort', 'rating'], 2, /--sort: expected to be left out/],
    [['list', '--limit', '0'], 2, /limit: expected an integer 1\.\.1000/],
    [['collect', 'latest'], 2, /--in: expected the name of a collection/],
    [['trash', '--empty', 'latest'], 2, /--empty: expected no ids/],
    [['trash'], 2, /works: expected ids or --query/],
    [['export', 'zip'], 2, /--out: expected a file/],
    [['export', 'pdf', '--out', 'x'], 2, /expected one of zip, site, rss, json-feed, json-ld/],
    [['export', 'rss', '--out', 'x.xml'], 2, /--url: expected the address/],
    [['import', 'absent'], 1, /ERR_READ: absent: expected a picture or a folder/],
    [['describe', 'latest'], 2, /--title: expected it/],
    [['open', 'latest', '--with', 'no-such-program'], 1, /ERR_UNSUPPORTED: open: expected the program no-such-program/],
  ];
  test('wrong usage says how, and a failure has its code', async () => {
    const results = await run(...wrong.map(([line]) => line));
    for (const [index, [line, status, says]] of wrong.entries()) {
      assert.is(results[index]?.code, status, `${line.join(' ')}: ${results[index]?.stderr}`);
      assert.match(results[index]?.stderr ?? '', says, line.join(' '));
    }
  });

  test('saved searches', async () => {
    const [saved, used, listed, forgotten, gone] = await run(
      ['search', 'a red', '--save', 'red'],
      ['search', '@red fox'],
      ['search', '--saved'],
      ['search', '--forget', '@red'],
      ['search', '@red'],
    );
    assert.equal([saved?.code, words(used).length, listed?.stdout, forgotten?.code, gone?.code], [0, 1, '@red  a red\n', 0, 1]);
  });

  test('search by similarity: to a picture, to a work, to words, with the bundled CLIP', async () => {
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c01c14' } })
      .png()
      .toFile(path.join(scratch, 'red.png'));
    const [image, similar, like] = await run(
      ['search', '--image', path.join(scratch, 'red.png'), '--json'],
      ['search', '--similar', ids[0] ?? '', '--limit', '2', '--json'],
      ['search', 'ship', '--like', 'a red apple', '--json'],
    );
    const found = (result: CliResult | undefined): { id: string; similarity: number }[] => {
      assert.is(result?.code, 0, result?.stderr);
      return jsonOf(result as CliResult)['works'] as { id: string; similarity: number }[];
    };
    assert.is(found(image)[0]?.id, ids[0]);
    assert.is(found(image).length, 3);
    assert.not.ok(found(similar).some(({ id }) => id === ids[0]));
    assert.is(found(similar).length, 2);
    assert.equal(
      found(like).map(({ id }) => id),
      [ids[1]],
    );
    assert.match(image?.stderr ?? '', /3 works were embedded for the first time/);
    assert.not.match(similar?.stderr ?? '', /first time/);
  });

  test('compare: what differs, and by how much', async () => {
    const json = jsonOf(await one('compare', ids[0] ?? '', ids[1] ?? '', '--json')) as {
      different: { field: string }[];
      same: string[];
      identical: boolean;
      psnr: number;
    } & ReturnType<typeof jsonOf>;
    assert.ok(json.different.some(({ field }) => field === 'prompt'));
    assert.ok(json.same.includes('sampler'));
    assert.is(json.identical, false);
    assert.ok(json.psnr > 0 && json.psnr < 10, String(json.psnr));
    assert.is(jsonOf(await one('compare', ids[0] ?? '', ids[0] ?? '', '--json'))['identical'], true);
  });

  test('compare shows both pictures side by side where the terminal can, and a table of what differs', async () => {
    const args = ['gallery', 'compare', ids[0] ?? '', ids[1] ?? '', '--home', home];
    const env = { COLORTERM: 'truecolor', TERM: 'xterm-256color' };
    const { code, stdout, stderr } = await cliOnTerminal(args, { columns: 100, rows: 40 }, { env });
    assert.is(code, 0, stderr);
    // 64 cells across: two squares of 32, and a little between them.
    assert.ok(
      (stderr
        .split('\n')
        .find((line) => line.includes('▀'))
        ?.split('▀').length ?? 0) > 60,
      stderr,
    );
    assert.match(stdout, /\n +a +\| {2}b\n/);
    assert.match(stdout, /\nprompt +\S.* {2}\| {2}\S/);
  });

  test('list --thumbnails draws the works in rows with the ends of their ids, then the list; elsewhere the list with a warning', async () => {
    const args = ['gallery', 'list', '--thumbnails', '--home', home];
    const env = { COLORTERM: 'truecolor', TERM: 'xterm-256color' };
    const { code, stdout, stderr } = await cliOnTerminal(args, { columns: 40, rows: 40 }, { env });
    assert.is(code, 0, stderr);
    const listed = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '');
    assert.is(listed.length, 3);
    // Two in a row of 40 columns, the third below.
    const captions = stderr.split('\n').filter((line) => /^[0-9A-HJKMNP-TV-Z]{8}( +[0-9A-Z]{8})*\r?$/.test(line));
    assert.equal(
      captions.map((line) => line.trim().split(/ +/)),
      [listed.slice(0, 2).map((id) => id.slice(-8)), [listed[2]?.slice(-8)]],
    );
    const plain = await one('list', '--thumbnails');
    assert.is(plain?.stdout, stdout);
    assert.match(plain?.stderr ?? '', /--thumbnails: this terminal shows no pictures .*; the list alone/);
  });

  test('sheet: a PDF or one picture of the works that a query finds', async () => {
    const [pdf, png] = ['sheet.pdf', 'sheet.png'].map((name) => path.join(scratch, name)) as [string, string];
    const [pages, picture, none, again] = await run(
      ['sheet', '--out', pdf, '--paper', 'letter', '--json'],
      ['sheet', ids[0] ?? '', '--out', png],
      ['sheet', '--query', 'nosuchword', '--out', pdf, '--force'],
      ['sheet', '--out', pdf],
    );
    assert.is(pages?.code, 0, pages?.stderr);
    assert.is((jsonOf(pages as CliResult) as unknown as { pages: number })['pages'], 1);
    assert.match(readFileSync(pdf, 'latin1'), /\/MediaBox \[0 0 612 792\]/);
    assert.is(picture?.stdout.trim(), png);
    assert.match(picture?.stderr ?? '', /1 work on 1 page/);
    assert.equal([none?.code, again?.code], [2, 1]);
  });

  test('trash, restore, empty', async () => {
    const [, c = ''] = ids.slice(1);
    const [thrown, list, trashed, restored, back] = await run(
      ['trash', c],
      ['list'],
      ['list', '--trashed'],
      ['restore', '--all'],
      ['list'],
    );
    assert.is(thrown?.code, 0, thrown?.stderr);
    assert.equal([words(list).length, words(trashed).length, words(restored), words(back).length], [2, 1, [c], 3]);
    const [, kept, emptied, left] = await run(
      ['trash', c],
      ['trash', '--empty', '--older-than', '1'],
      ['trash', '--empty'],
      ['list', '--trashed'],
    );
    assert.equal([words(kept), words(emptied), left?.stdout], [[], [c], '']);
    const again = await one('import', pictures);
    assert.match(again.stderr, /1 imported, 2 here already/);
  });

  test('stats, export, verify, rebuild', async () => {
    const out = path.join(scratch, 'exported');
    const results = await run(
      ['stats'],
      ['stats', '--json'],
      ['export', 'zip', '--out', `${out}.zip`, '--query', 'fox'],
      ['export', 'site', '--out', out, '--title', 'Works'],
      ['export', 'rss', '--out', `${out}.xml`, '--url', 'https://example.org/a'],
      ['export', 'json-feed', '--out', `${out}.json`, '--url', 'https://example.org/a'],
      ['export', 'json-ld', '--out', `${out}.jsonld`],
      ['verify'],
      ['rebuild'],
    );
    for (const { code, stderr } of results) assert.is(code, 0, stderr);
    assert.match(results[0]?.stdout ?? '', /^3 works, 0 starred, 0 in the trash$/m);
    assert.is(jsonOf(results[1] as CliResult)['works'], 3);
    assert.match(results[2]?.stderr ?? '', /^1 work$/m);
    assert.ok(existsSync(path.join(out, 'index.html')));
    for (const ending of ['xml', 'json', 'jsonld']) assert.match(readFileSync(`${out}.${ending}`, 'utf8'), /a blue ship/);
    assert.match(results[7]?.stderr ?? '', /3 works, .*nothing wrong/);
    assert.is(results[8]?.stdout, '3 works\n');
  });

  test('export site --force: never the home, the gallery, the current folder, one above them, or a folder with other files', async () => {
    const own = path.join(scratch, 'papers');
    mkdirSync(path.join(own, 'docs'), { recursive: true });
    writeFileSync(path.join(own, 'docs', 'thesis.txt'), 'years of work');
    const before = readdirSync(home, { recursive: true }).length;
    const refused: [string, number][] = [
      [home, 2],
      [`${home}/`, 2],
      [path.join(home, 'gallery'), 2],
      [path.join(home, 'gallery', '..'), 2],
      [scratch, 2],
      ['.', 2],
      ['..', 2],
      ['/', 2],
      [own, 1],
      [path.join(own, 'docs'), 1],
    ];
    const results = await run(...refused.map(([out]) => ['export', 'site', '--out', out, '--force']));
    for (const [at, [out, status]] of refused.entries()) assert.is(results[at]?.code, status, `${out}: ${results[at]?.stderr}`);
    assert.match(results[0]?.stderr ?? '', /--out: .*expected a folder of its own, got the home of ai-artist/);
    assert.match(results[8]?.stderr ?? '', /other files in it \(docs\)/);
    assert.not.match(results[8]?.stderr ?? '', /--force/);
    assert.is(readFileSync(path.join(own, 'docs', 'thesis.txt'), 'utf8'), 'years of work');
    assert.is(readdirSync(home, { recursive: true }).length, before);
  });

  test('verify: exit status 1 and the faults; --fix repairs what it can', async () => {
    const record = jsonOf(await one('show', ids[0] ?? '', '--json')) as unknown as { path: string; sidecarPath: string };
    const text = readFileSync(record.sidecarPath);
    rmSync(record.sidecarPath);
    const [found, fixed, after] = await run(['verify'], ['verify', '--fix'], ['list']);
    assert.is(found?.code, 1);
    assert.is(found?.stdout, `orphan: ${record.path}: has no record\n`);
    assert.equal([fixed?.code, words(after).length], [0, 3]);
    writeFileSync(record.sidecarPath, text);
    assert.is((await one('verify')).code, 0);
  });

  test('gallery.folder of the configuration sets where works are stored', async () => {
    const result = await cli(['gallery', 'list', '--json', '--home', home, '--set', `gallery.folder=${path.join(scratch, 'elsewhere')}`]);
    assert.is(jsonOf(result)['total'], 0);
  });

  test('ai-artist-gallery is the same', () => {
    const { stdout, status, stderr } = spawnSync(
      process.execPath,
      ['--import', typescript, path.join(root, 'bin/ai-artist-gallery.ts'), 'list', '--home', home],
      { cwd: root, encoding: 'utf8' },
    );
    assert.is(status, 0, stderr);
    assert.is(stdout.trim().split('\n').length, 3);
  });
});
