/** Commands on existing works: why, rate, duel, taste, measure. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { packEmbedding, rank } from '../../lib/doors/curation.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { ArtImage } from '../../lib/image/index.ts';
import { Outbox } from '../../lib/publish/index.ts';
import { suite } from '../harness.ts';
import { type CliJson, type CliResult, cli, cliSeries, jsonOf, scratch } from './support.ts';

const home = path.join(scratch, 'home');
const sound = (id: number) => ({
  mean: 120,
  contrast: 50,
  range: 255,
  clippedWhite: 0,
  clippedBlack: 0,
  burnt: 0,
  hash: (BigInt.asUintN(64, BigInt(id + 1) * 0x9e3779b97f4a7c15n) ^ 0x5555n).toString(16).padStart(16, '0'),
});

/** A direction that rotates with `turn`, in the form of the bundled CLIP's embeddings: 192 values. */
const direction = (turn: number): Float32Array =>
  Float32Array.from({ length: 192 }, (_, at) => (at === 0 ? Math.cos(turn) : at === 1 ? Math.sin(turn) : 0));

/** Works with rounds of three candidates; the second is kept. */
async function fill(count: number, into = home): Promise<string[]> {
  const gallery = new Gallery({ home: into });
  const ids: string[] = [];
  for (let id = 1; id <= count; id++) {
    const ledger = rank(
      [0, 1, 2].map((index) => ({
        seed: id * 10 + index,
        measures: sound(id * 10 + index),
        embedding: direction(id / 3 + index),
        terms: { promptAlign: [0.2, 0.6, 0.3][index] ?? 0, technical: [0.9, 0.2, 0.1][index] ?? 0 },
      })),
      { model: 'ai-artist-mini', duplicateCosine: 2 },
    );
    const image = new ArtImage(
      { data: new Uint8Array(8 * 8 * 3).fill(id * 20), width: 8, height: 8, channels: 3 },
      {
        prompt: `subject ${id % 3}`,
        seed: id,
        steps: 2,
        sampler: 'euler',
        cfgScale: 5,
        width: 8,
        height: 8,
        model: { name: 'x', hash: 'ab' },
      },
    );
    ids.push((await gallery.add({ image, about: { curation: ledger } })).id);
  }
  return ids;
}

suite('bin works', { timeoutMs: 120_000 }, (test) => {
  let ids: string[] = [];
  const id = (at: number): string => ids[at] ?? '';
  test.before(async () => {
    ids = await fill(6);
  });

  test('why: sentences, the table, the counterfactual; --json has the ledger', async () => {
    const [text, json, unscored] = await cliSeries([
      ['why', 'latest'],
      ['why', id(0), '--json'],
      ['why', 'nonsense'],
    ]);
    assert.is(text?.code, 0, text?.stderr);
    const lines = text?.stdout.split('\n') ?? [];
    assert.is(lines[0], `${id(5)}: subject 0`);
    assert.is(lines[1], '3 pictures were painted. The one with seed 61 was kept: it has the highest score, +1.01.');
    assert.match(text?.stdout ?? '', /^ {2}prompt +how well it shows what the prompt says +counts 1× +compared with these 3 pictures$/m);
    assert.match(text?.stdout ?? '', /^Without the points for prompt, seed 60 would have been kept\.$/m);
    // The points of a row are its score, up to rounding.
    const [, prompt = '', rest = '', score = ''] = /^61 +(\S+) +(?:\S+ +)?(\S+) +(\S+) {2}kept$/m.exec(text?.stdout ?? '') ?? [];
    assert.is(prompt, '+1.12');
    assert.ok(Number(rest) < 0 && score === '+1.01', `${rest} ${score}`);
    assert.match(text?.stdout ?? '', /^60 .* not kept; it would have been, without the points for prompt$/m);
    assert.is((jsonOf(json as CliResult) as CliJson & { ledger: { winner: number } }).ledger.winner, 1);
    assert.is(unscored?.code, 1);
    assert.match(unscored?.stderr ?? '', /ERR_NOT_FOUND/);
  });

  test('why of a work without a ledger says so', async () => {
    const gallery = new Gallery({ home: path.join(scratch, 'other') });
    const image = new ArtImage({ data: new Uint8Array(8 * 8 * 3), width: 8, height: 8, channels: 3 });
    const { id: bare } = await gallery.add({ image });
    const result = await cli(['why', bare, '--home', path.join(scratch, 'other')]);
    assert.match(result.stderr, new RegExp(`ERR_NOT_FOUND: ${bare}: expected a work with a ledger, got none`));
  });

  test('rate writes into the record; bad ratings are refused by name', async () => {
    const [five, wrong, none] = await cliSeries([
      ['rate', id(0), '5', '--json'],
      ['rate', id(0), '6'],
      ['rate', id(1), 'none', '--json'],
    ]);
    assert.equal(jsonOf(five as CliResult), { changed: [id(0)], failed: [], rating: 5 } as unknown as CliJson);
    assert.is((await new Gallery({ home }).get(id(0))).rating, 5);
    assert.match(wrong?.stderr ?? '', /rating: expected 1, 2, 3, 4, 5 or none as the last word, got "6"/);
    assert.is((jsonOf(none as CliResult) as unknown as { rating: null }).rating, null);
  });

  test('taste: nothing to learn from, then from ratings, shown, exported, and used by its model only', async () => {
    const lines = ids.slice(0, 5).map((work, at) => ['rate', work, String(at + 1), '--quiet']);
    const out = path.join(scratch, 'taste-copy.json');
    const results = await cliSeries([
      ['taste', 'show'],
      ['taste', 'train', '--from', 'duels'],
      ...lines,
      ['taste', 'train', '--json'],
      ['taste', 'show'],
      ['taste', 'export'],
      ['taste', 'export', '--out', out],
      ['taste', 'export', '--out', out],
    ]);
    assert.match(results[0]?.stderr ?? '', /ERR_NOT_FOUND: .*taste\.json: there is no taste yet/);
    assert.match(results[1]?.stderr ?? '', /expected at least 2 duels, got 0/);
    const trained = jsonOf(results[7] as CliResult) as unknown as { kind: string; n: number; model: string; dimensions: number };
    assert.equal([trained.kind, trained.n, trained.model, trained.dimensions], ['ratings', 5, 'ai-artist-mini', 192]);
    assert.match(
      results[8]?.stdout ?? '',
      /^your taste, learned from 5 ratings, of pictures as ai-artist-mini sees them\n(of what makes|it cannot guess yet)/,
    );
    assert.equal(JSON.parse(results[9]?.stdout ?? ''), JSON.parse(readFileSync(path.join(home, 'taste.json'), 'utf8')));
    assert.equal(JSON.parse(readFileSync(out, 'utf8')), JSON.parse(results[9]?.stdout ?? ''));
    assert.match(results[11]?.stderr ?? '', /ERR_ALREADY_EXISTS/);
  });

  test('taste learns from the figures of posts, and says how much that is worth; a weight out of range is refused', async () => {
    const other = path.join(scratch, 'posted');
    const works = await fill(12, other);
    const gallery = new Gallery({ home: other });
    for (const [at, work] of works.slice(0, 5).entries()) await gallery.update(work, { rating: at + 1 });
    const outbox = new Outbox(other);
    for (const [at, work] of works.entries()) {
      const { id: post } = await outbox.add({
        work,
        account: 'me',
        network: 'mastodon',
        content: { text: '', altText: '', language: 'en', sensitive: false, visibility: 'public', madeWithAi: true },
        unknownSources: [],
        dueAt: null,
        price: 0,
        picture: { bytes: new Uint8Array(1), type: 'image/png', width: 1, height: 1, sha256: '' },
        approvedBy: 'rule',
      });
      await outbox.change(post, ['approved'], (draft) => {
        draft.state = 'published';
        draft.published = { at: at * 86_400_000, uri: '', url: null };
        draft.metrics = [{ age: '24h', at: (at + 1) * 86_400_000, figures: { likes: at ** 2 } }];
      });
    }
    const [own, beside, alone, hours, wrong] = await cliSeries(
      [
        ['taste', 'train', '--json'],
        ['taste', 'train', '--posts-weight', '1'],
        ['taste', 'train', '--from', 'posts', '--json'],
        ['publish', 'hours', 'me', '--json'],
        ['taste', 'train', '--posts-weight', '11'],
      ].map((line) => [...line, '--home', other]),
    );
    assert.not('posts' in (jsonOf(own as CliResult) as unknown as { metrics: object }).metrics);
    assert.match(
      beside?.stderr ?? '',
      /^learned from the posts of 7 works, too, each of which counts 0\.71× as much as one of them: the pictures/m,
    );
    assert.is((jsonOf(alone as CliResult) as unknown as { n: number }).n, 12);
    assert.match(hours?.stderr ?? '', /ERR_NOT_FOUND: account: expected one of this home, got "me"/);
    assert.match(wrong?.stderr ?? '', /--posts-weight: expected a number of at most 10, got 11/);
  });

  test('a damaged taste is an error that says what to do', async () => {
    const file = path.join(scratch, 'damaged.json');
    writeFileSync(file, '{"version":1}');
    const result = await cli(['create', 'an owl', '--candidates', '2', '--taste', file, '--steps', '1']);
    assert.match(result.stderr, /ERR_DAMAGED: .*damaged\.json: expected a taste as taste train writes it.*Train it again, or delete it/);
  });

  test('duel: two named works, taste from duels; without a terminal there is no question', async () => {
    const results = await cliSeries([
      ['duel', id(4), id(0), '--prefer', 'first', '--json'],
      ['duel', id(3), id(1), '--prefer', 'first'],
      ['duel', id(3), id(3), '--prefer', 'first'],
      ['duel', id(3)],
      ['duel', '--prefer', 'first'],
      ['duel'],
      ['taste', 'train', '--from', 'duels', '--json'],
    ]);
    assert.equal(jsonOf(results[0] as CliResult), { winner: id(4), loser: id(0), duels: 1 } as unknown as CliJson);
    assert.match(results[1]?.stderr ?? '', new RegExp(`${id(3)} is better than ${id(1)}: 2 duels so far`));
    assert.match(results[2]?.stderr ?? '', /second: expected another work than/);
    assert.match(results[3]?.stderr ?? '', /second: expected two works or none, got one/);
    assert.match(results[4]?.stderr ?? '', /--prefer: expected two works with it/);
    assert.match(results[5]?.stderr ?? '', /duel: expected a terminal to ask in, got none/);
    const head = jsonOf(results[6] as CliResult) as unknown as { kind: string; metrics: { accuracy: number } };
    assert.equal([head.kind, head.metrics.accuracy], ['duels', 1]);
  });

  test('measure: style, diversity and gain of the works; an error for too few works', async () => {
    const results = await cliSeries([
      ['measure', 'style', '--json'],
      ['measure', 'diversity', '--json'],
      ['measure', 'gain', '--json'],
      ['measure', 'style', 'title:nothing'],
      ['measure', 'diversity', '--last', '1'],
      ['measure', 'gain'],
    ]);
    const style = jsonOf(results[0] as CliResult) as unknown as { n: number; raw: number; rawInterval: number[]; crossSubject: number };
    assert.is(style.n, 6);
    assert.ok(style.raw > 0.5 && style.raw < 1 && style.crossSubject < 1 && (style.rawInterval[0] ?? 9) <= style.raw);
    const diversity = jsonOf(results[1] as CliResult) as unknown as { vendi: number; meanNovelty: number; mostAlike: { cosine: number } };
    assert.ok(diversity.vendi > 1 && diversity.vendi < 3, String(diversity.vendi));
    assert.ok(Math.abs(diversity.meanNovelty - (1 - Math.cos(1 / 3))) < 0.001);
    assert.ok(Math.abs(diversity.mostAlike.cosine - Math.cos(1 / 3)) < 0.001);
    const gain = jsonOf(results[2] as CliResult) as unknown as { rounds: number; changed: number; terms: { term: string; gain: number }[] };
    assert.equal([gain.rounds, gain.changed], [6, 6]);
    assert.ok(Math.abs((gain.terms.find(({ term }) => term === 'promptAlign')?.gain ?? 0) - 0.4) < 1e-9);
    assert.match(results[3]?.stderr ?? '', /"title:nothing": expected at least 3 works, got 0/);
    assert.match(results[4]?.stderr ?? '', /--last: expected an integer 2\.\.100000, got 1/);
    assert.match(
      results[5]?.stdout ?? '',
      /^prompt +the first had 0\.200, the kept one 0\.600: \+0\.400 \(0\.400 to 0\.400\) +how well it shows what the prompt says$/m,
    );
  });

  test('the embedding of a work comes from its ledger', async () => {
    const { curation } = await new Gallery({ home }).get(id(2));
    const stored = (curation as { candidates: { embedding: string }[] }).candidates[1]?.embedding;
    assert.is(stored, packEmbedding(direction(3 / 3 + 1)));
  });
});
