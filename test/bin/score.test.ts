import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ledgerTable } from '../../bin/print/ledger-table.ts';
import { chooseCandidate, type PaintedCandidate, rankPainted } from '../../lib/artist/loop/candidates.ts';
import { type Ledger, ledgerSchema } from '../../lib/curation/index.ts';
import { loadClip } from '../../lib/doors/clip.ts';
import { ArtImage, measureTechnical } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { type CliJson, type CliResult, cli, cliSeries, jsonOf, scratch } from './support.ts';

const prompt = 'flat vector art of a fox in the snow';
const quick = ['--steps', '2', '--width', '64', '--height', '64', '--no-upscale', '--seed', '5'];

interface ScoreJson extends CliJson {
  prompt: string;
  scorer: string;
  images: { path: string; similarity: number; measures: { contrast: number }; verdicts: { verdict: string }[] }[];
  errors: { path: string; code: string; message: string }[];
}

interface CreateJson extends CliJson {
  path: string;
  seed: number;
  curation: string;
  scorer?: string;
  ledger: Ledger;
  candidates: { seed: number; kept: boolean; seconds: number }[];
  seconds: { curate: number };
}

/** Stripes whose phase and colour depend on `id`: passes the gates. */
async function picture(id: number, edge = 96): Promise<ArtImage> {
  const data = new Uint8Array(edge * edge * 3);
  for (let y = 0; y < edge; y++)
    for (let x = 0; x < edge; x++)
      for (let c = 0; c < 3; c++) data[(y * edge + x) * 3 + c] = ((x * (id + 2) + y * (2 * id + c + 1)) % 97) * 2 + 20;
  return new ArtImage({ data, width: edge, height: edge, channels: 3 });
}

suite('bin score', { timeoutMs: 180_000 }, (test) => {
  const folder = path.join(scratch, 'score');
  const file = (name: string): string => path.join(folder, name);
  test.before(async () => {
    mkdirSync(folder, { recursive: true });
    for (const id of [1, 2, 3]) await (await picture(id)).save(file(`${id}.png`));
    await new ArtImage({ data: new Uint8Array(64 * 64 * 3).fill(200), width: 64, height: 64, channels: 3 }).save(file('blank.png'));
    writeFileSync(file('broken.png'), 'no picture');
  });

  test('wrong usage and a missing CLIP are reported before any work', async () => {
    const lines: [string[], number, RegExp][] = [
      [['score', file('1.png')], 2, /--prompt: expected a text to compare the pictures with, got none/],
      [['score', '--prompt', 'x'], 2, /images: expected a value, got none/],
      [['score', file('1.png'), '--prompt', ''], 2, /--prompt: expected a text, got an empty one/],
      [['score', file('1.png'), '--prompt', ' '], 2, /expected a text with at least one word/],
      [
        ['score', file('1.png'), '--prompt', 'x', '--clip', file('absent')],
        1,
        /ERR_MODEL_NOT_FOUND: --clip: expected a file or folder, got .*absent \(ENOENT\)/,
      ],
      [['score', file('1.png'), '--prompt', 'x', '--clip', file('1.png')], 1, /ERR_MODEL_FORMAT|ERR_MODEL_NOT_FOUND/],
      [['create', prompt, '--candidates', '2', '--clip', file('absent'), ...quick], 1, /ERR_MODEL_NOT_FOUND: --clip: expected/],
      [['create', prompt, '--no-score', '--clip', file('1.png'), ...quick], 2, /--clip: expected to be left out with --no-score/],
    ];
    const results = await cliSeries(lines.map(([line]) => line));
    for (const [index, [line, code, message]] of lines.entries()) {
      const { code: status, stdout, stderr } = results[index] as CliResult;
      assert.is(status, code, `${line.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
      assert.is(stdout, '');
    }
  });

  test('score: best first, with the same cosines as the library; technical faults are named', async () => {
    const names = ['3.png', 'blank.png', '1.png', '2.png'].map(file);
    const result = await cli(['score', ...names, '--prompt', prompt, '--json', '--quiet']);
    assert.is(result.code, 0, result.stderr);
    assert.is(result.stderr, '');
    const json = jsonOf(result) as ScoreJson;
    const clip = await loadClip();
    try {
      const text = await clip.embedText(prompt);
      const expected = new Map<string, number>();
      for (const name of names) expected.set(name, clip.similarity(await clip.embedImage(name), text));
      assert.equal(
        json.images.map(({ path: name }) => name),
        [...names].sort((a, b) => (expected.get(b) ?? 0) - (expected.get(a) ?? 0)),
      );
      for (const { path: name, similarity } of json.images) assert.ok(Math.abs(similarity - (expected.get(name) ?? 9)) < 1e-5, name);
      assert.is(json.scorer, clip.info.name);
    } finally {
      await clip.dispose();
    }
    assert.equal(
      json.images.filter(({ verdicts }) => verdicts.length > 0).map(({ path: name, verdicts }) => [name, verdicts[0]?.verdict]),
      [[file('blank.png'), 'nan-black']],
    );
    assert.equal(json.errors, []);
    assert.ok(json.images.every(({ measures }) => measures.contrast >= 0));
  });

  test('score: files that cannot be read are named, hide no others, and make the exit status 1', async () => {
    const [text, json, after] = await cliSeries([
      ['score', file('broken.png'), file('1.png'), file('absent.png'), '--prompt', prompt],
      ['score', file('broken.png'), file('1.png'), file('absent.png'), '--prompt', prompt, '--json'],
      ['score', '--prompt', prompt, file('1.png'), '--json', '--', file('2.png')],
    ]);
    assert.is(text?.code, 1);
    assert.match(text?.stdout ?? '', /^cosine +contrast +picture\n-?[01]\.\d{4} +\d+\.\d +\S+1\.png\n$/);
    assert.match(text?.stderr ?? '', /ERR_IMAGE_DECODE: .*broken\.png: expected a picture/);
    assert.match(text?.stderr ?? '', /ERR_READ: .*absent\.png/);
    assert.match(text?.stderr ?? '', /1 scored by ai-artist-mini, 2 could not be read/);
    assert.is(json?.code, 1);
    const document = jsonOf(json as CliResult) as ScoreJson;
    assert.equal(
      [document.images.map(({ path: name }) => name), document.errors.map(({ path: name, code }) => [name, code])],
      [
        [file('1.png')],
        [
          [file('broken.png'), 'ERR_IMAGE_DECODE'],
          [file('absent.png'), 'ERR_READ'],
        ],
      ],
    );
    assert.is((jsonOf(after as CliResult) as ScoreJson).images.length, 2);
  });

  test('create --candidates N: CLIP ranks, the best is kept, and the ledger has every candidate', async () => {
    const result = await cli(['create', prompt, ...quick, '--candidates', '3', '--out', file('best.png'), '--json']);
    assert.is(result.code, 0, result.stderr);
    const json = jsonOf(result) as CreateJson;
    assert.equal([json.curation, json.scorer], ['clip', 'ai-artist-mini']);
    const ledger = ledgerSchema.parse(json.ledger);
    assert.equal(
      ledger.candidates.map(({ seed }) => seed),
      [5, 6, 7],
    );
    const passed = ledger.candidates.filter(({ verdict }) => verdict !== 'rejected');
    assert.ok(passed.length > 0);
    const best = ledger.candidates[ledger.winner ?? -1];
    assert.is(best?.seed, json.seed);
    assert.is(json.candidates.find(({ kept }) => kept)?.seed, json.seed);
    assert.ok(passed.every(({ total }) => (total ?? 9) <= (best?.total ?? 0) + 0.05));
    assert.ok(json.seconds.curate > 0);
    // The kept file has the alignment in the ledger.
    const scored = jsonOf(await cli(['score', json.path, '--prompt', prompt, '--json'])) as ScoreJson;
    assert.ok(Math.abs((scored.images[0]?.similarity ?? 9) - (best?.terms.promptAlign ?? 0)) < 1e-4);
    assert.match(result.stderr, /^seed +prompt +technique +score$/m);
  });

  test('create --candidates auto: as many as are worth their seconds; the past counts; a damaged memory is made again', async () => {
    const own = path.join(scratch, 'auto home');
    const auto = ['create', prompt, ...quick.slice(0, -2), '--candidates', 'auto', '--json', '--home', own];
    const dear = ['--set', 'curation.secondsPerPoint=0.0001'];
    const first = await cli([...auto, ...dear, '--seed', '5']);
    assert.is(first.code, 0, first.stderr);
    const one = ledgerSchema.parse((jsonOf(first) as CreateJson).ledger);
    assert.equal([one.adaptive?.why, one.adaptive?.another, one.curation], ['not-worth-it', false, 'clip']);
    assert.ok((one.adaptive?.n ?? 0) >= 3);
    assert.ok(
      one.candidates.every(({ embedding, hash, seconds }) => embedding?.length === 512 && hash?.length === 16 && (seconds ?? 0) > 0),
    );
    const memory = path.join(own, 'curation.json');
    assert.is(JSON.parse(readFileSync(memory, 'utf8')).data.archive.length, 1);
    writeFileSync(memory, '{"kind":"cur');
    const second = await cli([...auto, ...dear, '--seed', '900']);
    assert.is(second.code, 0, second.stderr);
    assert.match(second.stderr, /curation\.json was damaged \(it is no JSON: .*made again from 1 works of the gallery/);
    const two = ledgerSchema.parse((jsonOf(second) as CreateJson).ledger);
    assert.ok(two.candidates.every(({ terms }) => typeof terms.novelty === 'number'));
    assert.is(JSON.parse(readFileSync(memory, 'utf8')).data.archive.length, 2);
    // Painting the kept seed again returns the existing work.
    const again = await cli([...auto, ...dear, '--seed', '900']);
    assert.match(again.stderr, /refused: there already \(the same picture as work /);
    // After two steps a picture is almost a single colour.
    const plain = ['white', 'gray', 'beige', 'blue', 'teal', 'pink'].flatMap((color) => ['--reject', `an empty ${color} background`]);
    const rejected = await cli([...auto, ...dear, '--seed', '900', ...plain]);
    assert.match(rejected.stderr, /unsafe: it fits "an empty \w+ background" better than its prompt/);
  });

  test('one candidate, or --no-score: unscored, no CLIP is loaded, no number', async () => {
    const results = await cliSeries([
      ['create', prompt, ...quick, '--clip', file('broken.png'), '--out', file('one.png'), '--json', '--home', file('one home')],
      ['create', prompt, ...quick, '--candidates', '2', '--no-score', '--out', file('two.png'), '--json', '--home', file('two home')],
    ]);
    for (const [index, count] of [1, 2].entries()) {
      const json = jsonOf(results[index] as CliResult) as CreateJson;
      assert.equal([json.curation, json.ledger.curation, json.scorer, json.candidates.length], ['unscored', 'unscored', undefined, count]);
      assert.ok(json.ledger.candidates.every(({ total, z, terms }) => total === null && z === null && terms.promptAlign === undefined));
      assert.is(json.seed, 5);
      assert.not.match(results[index]?.stderr ?? '', /nothing was scored/); // loading that file would have failed with this warning
    }
  });

  test('a CLIP that cannot be loaded costs the ranking, not the pictures: a warning, unscored, exit 0', async () => {
    const [result] = await cliSeries([
      ['create', prompt, ...quick, '--candidates', '2', '--clip', file('broken.png'), '--out', file('warned.png'), '--json'],
    ]);
    assert.is(result?.code, 0, result?.stderr);
    assert.match(result?.stderr ?? '', /warning nothing was scored, the first candidate that passes is kept: ERR_MODEL/);
    assert.is((jsonOf(result as CliResult) as CreateJson).curation, 'unscored');
  });

  test('if all candidates fail, the error names each seed and the reason', async () => {
    const blank = new ArtImage({ data: new Uint8Array(48 * 48 * 3).fill(9), width: 48, height: 48, channels: 3 });
    const painted = [4, 5].map((seed) => ({ seed, image: blank, measures: measureTechnical(blank), seconds: 1 }) as PaintedCandidate);
    assert.throws(
      () => chooseCandidate(painted, rankPainted(painted, undefined)),
      /create: no candidate passed the gates\. seed 4: nan-black: .*; seed 5: nan-black/,
    );
  });

  test('the table shows the deciding terms, best first, and the counterfactual winner', async () => {
    const painted: PaintedCandidate[] = [];
    for (const id of [1, 2, 3]) {
      const image = await picture(id);
      painted.push({ seed: id, image, measures: measureTechnical(image), seconds: 1 } as PaintedCandidate);
    }
    const candidates = [0.2, 0.4, 0.3].map((promptAlign, at) => ({ promptAlign, subject: 1, embedding: Float32Array.of(at, 1) }));
    const { ledger } = chooseCandidate(painted, rankPainted(painted, { name: 'mini', bundled: true, candidates }));
    const lines = ledgerTable(ledger);
    assert.match(lines[0] ?? '', /^seed +prompt +technique +score$/);
    assert.match(lines[1] ?? '', /^2 +\+1\.00 .* kept$/);
    assert.is(lines.length, 4);
  });
});
