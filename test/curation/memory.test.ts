import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { MemoryRepair } from '../../lib/curation/index.ts';
import {
  CurationMemory,
  duelsFile,
  instructivePair,
  otherCaptions,
  packEmbedding,
  rank,
  subjectShare,
  unpackEmbedding,
} from '../../lib/doors/curation.ts';
import { file, type Place, place } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { coded, near, randomVectors } from './support.ts';

const sound = (id: number) => ({
  mean: 120,
  contrast: 50,
  range: 255,
  clippedWhite: 0,
  clippedBlack: 0,
  burnt: 0,
  hash: (BigInt.asUintN(64, BigInt(id + 1) * 0x9e3779b97f4a7c15n) ^ 0x5555n).toString(16).padStart(16, '0'),
});

/** A round of two, of which the second is kept. */
const round = (id: number, model = 'mini') =>
  rank(
    [0, 1].map((index) => ({
      seed: id * 10 + index,
      measures: sound(id * 10 + index),
      embedding: randomVectors(1, 8, id * 10 + index)[0] ?? new Float32Array(),
      terms: { promptAlign: id + index / 10, technical: 0.5 },
    })),
    { model, duplicateCosine: 2 },
  );

async function filed(where: Place, count: number, memory: CurationMemory): Promise<string[]> {
  const ids: string[] = [];
  for (let id = 1; id <= count; id++) {
    const ledger = round(id);
    const work = await file(where, `work ${id}`, { curation: ledger });
    await memory.record(ledger, work.id);
    ids.push(work.id);
  }
  return ids;
}

function counted<F extends (...args: never[]) => unknown>(call: F, count: () => void): F {
  return ((...args: never[]) => {
    count();
    return call(...args);
  }) as F;
}

suite('curation memory', (test) => {
  test('rounds are remembered: terms of all that passed, hash and embedding of the kept', async () => {
    const where = place();
    const memory = new CurationMemory({ home: where.home, gallery: where.gallery });
    await filed(where, 3, memory);
    const again = new CurationMemory({ home: where.home, gallery: where.again() });
    const { history, archive } = await again.recall('mini');
    assert.equal(history.promptAlign, [1, 1.1, 2, 2.1, 3, 3.1]);
    assert.equal(
      archive.hashes,
      [11, 21, 31].map((id) => sound(id).hash),
    );
    assert.is(archive.embeddings.length, 3);
    const other = await again.recall('another model');
    assert.equal([other.history, other.archive.hashes.length, other.archive.embeddings.length], [{}, 3, 0]);
  });

  test('a kept work is what the novelty of later candidates is measured from, and its pixels are known', async () => {
    const where = place();
    const memory = new CurationMemory({ home: where.home, gallery: where.gallery });
    const ledger = rank([{ seed: 1, pixels: 'abc', measures: sound(11) }]);
    const { id } = await file(where, 'work', { curation: ledger });
    await memory.record(ledger, id);
    const { archive, pixels } = await memory.recall('mini');
    assert.equal([...pixels], [['abc', id]]);
    const later = rank(
      [sound(11), sound(500)].map((measures, seed) => ({ seed, measures })),
      { archive },
    );
    assert.is(later.candidates[0]?.terms.novelty, 0);
    assert.ok((later.candidates[1]?.terms.novelty ?? 0) > 0.1);
    assert.is(later.winner, 0); // nothing scored: novelty alone does not choose
  });

  test('a round that is recorded while the memory is made anew is not lost', async () => {
    const where = place();
    const memory = new CurationMemory({ home: where.home, gallery: where.gallery });
    const ids = await filed(where, 3, memory);
    const late = round(4);
    const { id } = await file(where, 'late', { curation: late });
    const again = new CurationMemory({ home: where.home, gallery: where.again() });
    await Promise.all([again.rebuild(), memory.record(late, id), again.rebuild(), memory.record(late, id)]);
    const state = JSON.parse(readFileSync(path.join(where.home, 'curation.json'), 'utf8'));
    assert.equal(
      state.data.archive.map((work: { id: string }) => work.id),
      [...ids, id],
    );
  });

  test('a home without curated works reads its gallery once, not at every call', async () => {
    const where = place();
    let reads = 0;
    const gallery = Object.assign(where.gallery, { list: counted(where.gallery.list.bind(where.gallery), () => reads++) });
    const memory = new CurationMemory({ home: where.home, gallery });
    for (let call = 0; call < 3; call++) await memory.recall('mini');
    assert.is(reads, 1);
  });

  test('a memory of an earlier version, without pixels, is read', async () => {
    const where = place();
    mkdirSync(where.home, { recursive: true });
    writeFileSync(
      path.join(where.home, 'curation.json'),
      '{"kind":"curation","version":1,"data":{"history":{"mini":{"promptAlign":[0.3]}},"archive":[{"id":"01K3ABCDEFGHJKMNPQRSTVWXYZ","hash":"00ff00ff00ff00ff"}]}}',
    );
    const memory = new CurationMemory({ home: where.home, gallery: where.gallery });
    const { history, archive, pixels } = await memory.recall('mini');
    assert.equal([history.promptAlign, archive.hashes, pixels.size], [[0.3], ['00ff00ff00ff00ff'], 0]);
  });

  for (const [what, damage] of [
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['another kind of file', () => '{"kind":"schedule","version":1,"data":{}}'],
    ['of a wrong shape', () => '{"kind":"curation","version":1,"data":{"history":{},"archive":[{"id":7}]}}'],
  ] as const)
    test(`a file that is ${what} is set aside, made again from the sidecars, and reported`, async () => {
      const where = place();
      await filed(where, 3, new CurationMemory({ home: where.home, gallery: where.gallery }));
      const path_ = path.join(where.home, 'curation.json');
      const before = readFileSync(path_, 'utf8');
      writeFileSync(path_, damage(before));
      const repairs: MemoryRepair[] = [];
      const memory = new CurationMemory({ home: where.home, gallery: where.again(), onRepair: (repair) => repairs.push(repair) });
      const { history, archive } = await memory.recall('mini');
      assert.equal([history.promptAlign?.length, archive.hashes.length], [6, 3]);
      assert.equal(
        repairs.map(({ path: at, works }) => [at, works]),
        [[path_, 3]],
      );
      assert.is(readFileSync(repairs[0]?.setAside ?? '', 'utf8'), damage(before));
      assert.is(readdirSync(where.home).filter((name) => name.includes('corrupt')).length, 1);
      assert.equal(JSON.parse(readFileSync(path_, 'utf8')), JSON.parse(before));
    });

  test('a file that is gone is made again; works without a readable ledger are passed over', async () => {
    const where = place();
    await filed(where, 2, new CurationMemory({ home: where.home, gallery: where.gallery }));
    await file(where, 'imported');
    await file(where, 'of another version', { curation: { schema: 99 } });
    rmSync(path.join(where.home, 'curation.json'));
    const memory = new CurationMemory({ home: where.home, gallery: where.again() });
    assert.is((await memory.recall('mini')).archive.hashes.length, 2);
    assert.is(await memory.rebuild(), 2);
  });

  test('history stays bounded', async () => {
    const where = place();
    const memory = new CurationMemory({ home: where.home, gallery: where.gallery });
    const many = rank(
      Array.from({ length: 400 }, (_, seed) => ({ seed, terms: { promptAlign: seed } })),
      { model: 'mini' },
    );
    await memory.record(many, 'a');
    const { history } = await memory.recall('mini');
    assert.equal([history.promptAlign?.length, history.promptAlign?.at(-1)], [300, 399]);
  });
});

suite('curation embeddings as text', (test) => {
  test('every vector comes back to half precision', () => {
    for (const vector of randomVectors(20, 50, 5)) {
      const back = unpackEmbedding(packEmbedding(vector));
      for (const [at, value] of vector.entries()) near(back[at] ?? 9, value, Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
    }
    assert.equal(
      [...unpackEmbedding(packEmbedding(Float32Array.of(0, 1, -2, 65504, 1e-8, 6e-8, 70000)))],
      [0, 1, -2, 65504, 0, 2 ** -24, Infinity],
    );
    assert.is(packEmbedding(new Float32Array(192)).length, 512);
  });
  for (const text of ['', 'AAA', 'no base64!', 'AAAA'])
    test(`refuses ${JSON.stringify(text)}`, () =>
      coded(() => unpackEmbedding(text), 'ERR_INVALID_ARGUMENT', /^embedding: expected base64/));
});

suite('curation subjects', (test) => {
  test('captions differ in the subject alone, and none names that of the prompt', () => {
    const captions = otherCaptions('flat vector art of a fox in the snow');
    assert.is(captions.length, 23);
    assert.ok(captions.every((caption) => /^flat vector art of an? .+ in the snow$/.test(caption) && !caption.includes('fox')));
    assert.equal(otherCaptions('a dog, white background')[0], 'a fox, white background');
    assert.equal(otherCaptions('owl')[0], 'a fox');
    assert.equal(otherCaptions('')[0], 'a fox');
  });
  test('the share of captions that fit worse, and the gate on it', () => {
    assert.is(subjectShare(0.5, [0.1, 0.6, 0.2, 0.5]), 0.5);
    assert.is(subjectShare(0.5, []), 1);
    const ledger = rank([0.3, 0.9].map((subject, seed) => ({ seed, subject, terms: { promptAlign: 1 - seed } })));
    assert.match(ledger.candidates[0]?.reason ?? '', /^subject-absent: the prompt fits it better than only 30 % of other captions/);
    assert.is(ledger.winner, 1);
    assert.is(rank([{ seed: 1, subject: 0.3, terms: { promptAlign: 1 } }], { subjectBelow: 0 }).winner, 0);
  });
  test('where no candidate passes it, the gate is lifted and the ledger says so', () => {
    const ledger = rank([0.3, 0.2].map((subject, seed) => ({ seed, subject, terms: { promptAlign: seed } })));
    assert.equal([ledger.winner, ledger.subjectDoubtful], [1, true]);
    const blank = { ...sound(1), range: 0, contrast: 0 };
    assert.is(rank([{ seed: 1, subject: 0.3, measures: blank, terms: { promptAlign: 1 } }]).winner, null);
  });
  test('what a safety classifier found is a reason to reject', () => {
    const ledger = rank([
      { seed: 1, unsafe: 'it shows a weapon', terms: { promptAlign: 9 } },
      { seed: 2, terms: { promptAlign: 1 } },
    ]);
    assert.equal([ledger.winner, ledger.candidates[0]?.reason], [1, 'unsafe: it shows a weapon']);
  });
});

suite('curation pairs and duels', (test) => {
  const at = (id: string, ...values: number[]) => ({ id, embedding: Float32Array.from(values) });
  test('without a taste the two that differ most; with one, those it cannot tell apart', () => {
    const works = [at('a', 1, 0, 0), at('b', 0.9, 0.1, 0), at('c', -1, 0, 0), at('d', 0, 1, 0)];
    const open = instructivePair(works, undefined);
    assert.equal([open.first.id, open.second.id, open.expected], ['a', 'c', 0.5]);
    const head = { version: 1 as const, kind: 'duels' as const, weights: [9, 0, 0], bias: 0, n: 5, metrics: {} };
    const known = instructivePair(works, head);
    assert.equal([known.first.id, known.second.id], ['a', 'b']);
  });
  test('a pair that was fought comes last', () => {
    const works = [at('a', 1, 0), at('b', -1, 0), at('c', 0.9, 0.1)];
    const pair = instructivePair(works, undefined, [['b', 'a']]);
    assert.equal([pair.first.id, pair.second.id], ['b', 'c']);
  });
  test('one work is no pair', () =>
    coded(() => instructivePair([at('a', 1)], undefined), 'ERR_INVALID_ARGUMENT', /expected at least 2 with an embedding, got 1/));
  test('duels are kept', async () => {
    const { home } = place();
    const duels = duelsFile(home);
    await duels.update((state) => ({ duels: [...state.duels, { winner: 'a', loser: 'b', at: '2026-11-25T00:00:00.000Z' }] }));
    assert.is((await duelsFile(home).read()).duels.length, 1);
  });
});
