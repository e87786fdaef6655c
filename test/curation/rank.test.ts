import * as assert from 'uvu/assert';
import { type Ledger, ledgerSchema, type RankInput, type RankOptions, rank, seededRandom } from '../../lib/curation/index.ts';
import type { TechnicalMeasures } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { coded, near } from './support.ts';

/** A picture that passes every gate; hashes of different `id` differ in many bits. */
function sound(id: number): TechnicalMeasures {
  const hash = (BigInt.asUintN(64, BigInt(id + 1) * 0x9e3779b97f4a7c15n) ^ 0x5555n).toString(16).padStart(16, '0');
  return { mean: 120, contrast: 50, range: 255, clippedWhite: 0, clippedBlack: 0, burnt: 0, hash };
}

const aligned = (...values: number[]): RankInput[] => values.map((promptAlign, index) => ({ seed: index + 1, terms: { promptAlign } }));
const verdicts = (ledger: Ledger): string[] => ledger.candidates.map(({ verdict }) => verdict);
const of = (ledger: Ledger, index: number) => ledger.candidates[index] as Ledger['candidates'][number];

suite('curation rank', (test) => {
  // [what, candidates, options, message]
  const wrong: [string, unknown, unknown, RegExp][] = [
    ['no candidates', [], {}, /^rank: expected at least 1 item,/],
    ['a candidate without a seed', [{ terms: {} }], {}, /^0\.seed: expected a number, got undefined/],
    ['an unknown term', [{ seed: 1, terms: { beauty: 1 } }], {}, /beauty|0\.terms/],
    ['a term that is text', [{ seed: 1, terms: { promptAlign: '0.3' } }], {}, /^0\.terms\.promptAlign: expected a number/],
    ['an embedding that is an array', [{ seed: 1, embedding: [1, 0] }], {}, /^0\.embedding: expected an embedding/],
    ['a negative weight', aligned(1), { weights: { novelty: -1 } }, /^weights\.novelty: expected a number of at least 0, got -1/],
    ['an unknown weight', aligned(1), { weights: { novelti: 1 } }, /^weights\.novelti: unknown option of rank\(\), did you mean novelty\?/],
    ['a scorer called unscored', aligned(1), { scorer: 'unscored' }, /^scorer: expected a name other than unscored/],
    ['a wild card without a source of chance', aligned(1, 2), { wildCardOneIn: 3 }, /^random: expected a function with wildCardOneIn/],
    ['an archive hash that is none', [{ seed: 1, measures: sound(1) }], { archive: { hashes: ['xyz'] } }, /^hash: expected 16 hex digits/],
  ];
  for (const [what, candidates, options, message] of wrong)
    test(`rejects ${what}`, () => coded(() => rank(candidates as RankInput[], options as RankOptions), 'ERR_INVALID_ARGUMENT', message));

  test('with no scorer: unscored, the first that passes is kept, and no number is made up', () => {
    const ledger = rank([
      { seed: 1, measures: { ...sound(1), range: 0, contrast: 0 } },
      { seed: 2, measures: sound(2), terms: { technical: 0.2, novelty: 0.1 } },
      { seed: 3, measures: sound(3), terms: { technical: 0.9, novelty: 0.9 } },
    ]);
    assert.is(ledger.curation, 'unscored');
    assert.equal(verdicts(ledger), ['rejected', 'kept', 'runner-up']);
    assert.equal(
      ledger.candidates.map(({ total, z }) => [total, z]),
      [
        [null, null],
        [null, null],
        [null, null],
      ],
    );
    assert.equal(ledger.basis, {});
    assert.match(of(ledger, 1).reason, /nothing was scored/);
  });

  test('gates come first: the best score does not save a picture that is blank, blown out or not a number', () => {
    const ledger = rank([
      { seed: 1, terms: { promptAlign: 0.9 }, measures: { ...sound(1), contrast: 1 } },
      { seed: 2, terms: { promptAlign: 0.8 }, measures: { ...sound(2), clippedWhite: 0.99 } },
      { seed: 3, terms: { promptAlign: 0.7 }, measures: { ...sound(3), range: 1, contrast: 0 } },
      { seed: 4, terms: { promptAlign: Number.NaN }, measures: sound(4) },
      { seed: 5, terms: { promptAlign: 0.1 }, measures: sound(5), embedding: Float32Array.of(Number.NaN, 1) },
      { seed: 6, terms: { promptAlign: 0.1 }, measures: sound(6) },
    ]);
    assert.equal(
      ledger.candidates.map(({ faults }) => faults.map(({ fault }) => fault)),
      [['blank'], ['blown-out'], ['nan-black'], ['not-finite'], ['not-finite'], []],
    );
    assert.is(ledger.winner, 5);
    assert.is(of(ledger, 3).terms.promptAlign, null);
    assert.equal(of(rank([{ seed: 1, terms: { aesthetic: undefined } }]), 0).terms, {});
    assert.is(of(ledger, 5).reason, 'the only one that passed the gates');
    assert.is(of(ledger, 0).rank, null);
    ledgerSchema.parse(JSON.parse(JSON.stringify(ledger)));
  });

  test('a duplicate is the same picture: a work of the archive, or the pixels of an earlier candidate', () => {
    const verdictsOf = (candidates: RankInput[], options: RankOptions = {}) =>
      rank(candidates, options).candidates.map(({ faults }) => faults.map(({ fault, reason }) => `${fault}: ${reason}`).join());
    assert.equal(verdictsOf([{ seed: 1, sameAs: 'work 7' }, { seed: 2 }]), ['duplicate: the same picture as work 7', '']);
    assert.equal(
      verdictsOf([
        { seed: 1, pixels: 'a', measures: sound(1) },
        { seed: 2, pixels: 'a', measures: sound(1) },
        { seed: 3, pixels: 'b', measures: sound(1) },
      ]),
      ['', 'duplicate: the same pixels as the candidate with seed 1', ''],
    );
  });

  test('likeness to the archive is no fault but the term novelty, by embeddings, else by hashes', () => {
    const at = (cosine: number): Float32Array => Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine));
    const novelties = (candidates: RankInput[], options: RankOptions): (number | null | undefined)[] =>
      rank(candidates, options).candidates.map(({ faults, terms }) => (faults.length > 0 ? Number.NaN : terms.novelty));
    const works = { embeddings: [Float32Array.of(3, 0)], hashes: [sound(1).hash] };
    const [exact = 1, near_ = 1] = novelties(
      [1, 0.97].map((cosine, seed) => ({ seed, embedding: at(cosine) })),
      { archive: works },
    ) as number[];
    near(exact, 0, 1e-6);
    near(near_, 0.03, 1e-6);
    const flipped = { ...sound(1), hash: (BigInt(`0x${sound(1).hash}`) ^ 0b1111n).toString(16).padStart(16, '0') };
    assert.equal(
      novelties(
        [sound(1), flipped].map((measures, seed) => ({ seed, measures })),
        { archive: works },
      ),
      [0, 4 / 64],
    );
    // Given, or nothing to compare with: left as it is.
    assert.equal(novelties([{ seed: 1, terms: { novelty: 0.5 }, measures: sound(1) }], { archive: works }), [0.5]);
    assert.equal(novelties([{ seed: 1, embedding: Float32Array.of(1, 0, 0) }], { archive: { embeddings: [Float32Array.of(3, 0)] } }), [
      undefined,
    ]);
    // Of two that fit the prompt alike, the one that is less like the archive is kept.
    const candidates = [1, 0.2].map((cosine, seed) => ({ seed, embedding: at(cosine), terms: { promptAlign: 0.3 } }));
    assert.is(rank(candidates, { archive: works }).winner, 1);
  });

  test('within a round, limits of likeness hold where they are given', () => {
    const close = { ...sound(1), hash: (BigInt(`0x${sound(1).hash}`) ^ 0b111111n).toString(16).padStart(16, '0') };
    const at = (cosine: number): Float32Array => Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine));
    const faults = (candidates: RankInput[], options: RankOptions = {}): number[] =>
      rank(candidates, options).candidates.map(({ faults }) => faults.length);
    const byHash = [sound(1), close, sound(3)].map((measures, seed) => ({ seed, measures }));
    assert.equal(faults(byHash), [0, 0, 0]);
    assert.equal(faults(byHash, { duplicateDistance: 6 }), [0, 1, 0]);
    assert.equal(faults(byHash, { duplicateDistance: 5 }), [0, 0, 0]);
    const byCosine = [1, 0.961, 0.959].map((cosine, seed) => ({ seed, embedding: at(cosine) }));
    assert.equal(faults(byCosine), [0, 0, 0]);
    assert.equal(faults(byCosine, { duplicateCosine: 0.96 }), [0, 1, 0]);
  });

  test('500 works of one subject: every round keeps one, however alike they are', () => {
    const random = seededRandom(5);
    const archive = { hashes: [] as string[], embeddings: [] as Float32Array[] };
    for (let work = 0; work < 500; work++) {
      // Cosines of 0.98 and more, hashes of few different bits: an owl, and an owl.
      const candidates = [0, 1].map((index) => ({
        seed: 2 * work + index,
        pixels: `${work} ${index}`,
        measures: { ...sound(1), hash: (BigInt(`0x${sound(1).hash}`) ^ BigInt(Math.floor(random() * 4))).toString(16).padStart(16, '0') },
        embedding: Float32Array.from({ length: 32 }, () => 1 + 0.1 * (random() - 0.5)),
        terms: { promptAlign: 0.3 + 0.1 * random() },
      }));
      const { winner, candidates: judged } = rank(candidates, { archive });
      const kept = candidates[winner ?? -1];
      assert.ok(kept, `work ${work}: ${judged.map(({ reason }) => reason).join('; ')}`);
      archive.hashes.push(kept?.measures.hash ?? '');
      archive.embeddings.push(kept?.embedding ?? new Float32Array());
    }
  });

  test('as a last resort, the best of those that only looked wrong is kept, with what is wrong with it', () => {
    const blank = { ...sound(1), contrast: 1 };
    const round: RankInput[] = [
      { seed: 1, measures: { ...sound(3), range: 0, contrast: 0 } },
      { seed: 2, measures: blank, terms: { technical: 0.02 } },
      { seed: 3, measures: { ...sound(2), clippedWhite: 0.99 }, terms: { technical: 0.4 } },
      { seed: 4, measures: { ...blank }, unsafe: 'not for children', terms: { technical: 0.9 } },
    ];
    assert.is(rank(round).winner, null);
    const ledger = rank(round, { lastResort: true });
    assert.equal([ledger.winner, ledger.lastResort], [2, true]);
    assert.equal(verdicts(ledger), ['rejected', 'runner-up', 'kept', 'rejected']);
    assert.match(of(ledger, 2).reason, /^blown-out: .*; no candidate passed the gates: /);
    assert.equal(
      of(ledger, 2).faults.map(({ fault }) => fault),
      ['blown-out'],
    );
    ledgerSchema.parse(JSON.parse(JSON.stringify(ledger)));
    // One that passes is never passed over for one that does not; a picture that is none is not kept.
    const sane = rank([...round, { seed: 5, measures: sound(9), terms: { technical: 0.01 } }], { lastResort: true });
    assert.equal([sane.winner, sane.lastResort], [4, undefined]);
    assert.is(rank(round.slice(0, 1), { lastResort: true }).winner, null);
  });

  test('a rejected candidate makes no duplicate of a later one', () => {
    const ledger = rank([
      { seed: 1, measures: { ...sound(1), burnt: 0.5 } },
      { seed: 2, measures: sound(1) },
    ]);
    assert.equal(verdicts(ledger), ['rejected', 'kept']);
  });

  test('all rejected: no winner', () => {
    const ledger = rank([{ seed: 1, terms: { promptAlign: 1 }, measures: { ...sound(1), contrast: 0 } }]);
    assert.is(ledger.winner, null);
    assert.is(ledger.curation, 'unscored');
    ledgerSchema.parse(ledger);
  });

  test('cold: z-scores within the batch of those that passed', () => {
    const ledger = rank([...aligned(0.1, 0.2, 0.3), { seed: 9, terms: { promptAlign: 50 }, measures: { ...sound(9), contrast: 0 } }]);
    // mean 0.2, sample deviation 0.1
    assert.equal(ledger.basis.promptAlign?.from, 'batch');
    near(ledger.basis.promptAlign?.mean ?? 0, 0.2, 1e-12);
    near(ledger.basis.promptAlign?.deviation ?? 0, 0.1, 1e-12);
    assert.equal(
      ledger.candidates.slice(0, 3).map(({ total }) => Math.round((total ?? 0) * 1e9) / 1e9),
      [-1, 0, 1],
    );
    assert.equal(verdicts(ledger), ['passed-over', 'runner-up', 'kept', 'rejected']);
    assert.equal(ledger.weights.version, 'default-1');
  });

  test('30 past values or more: z-scores against them; 29, or 30 of one value: against the batch', () => {
    const past = Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? 0.1 : 0.3));
    const deviation = Math.sqrt((30 * 0.1 ** 2) / 29);
    const warm = rank(aligned(0.4, 0.5), { history: { promptAlign: past } });
    assert.equal([warm.basis.promptAlign?.from, warm.basis.promptAlign?.n], ['history', 30]);
    near(of(warm, 0).total ?? 0, (0.4 - 0.2) / deviation, 1e-9);
    near(of(warm, 1).total ?? 0, (0.5 - 0.2) / deviation, 1e-9);
    for (const cold of [past.slice(1), Array.from({ length: 30 }, () => 0.2), [...past.slice(1), Number.NaN]])
      assert.is(rank(aligned(0.4, 0.5), { history: { promptAlign: cold } }).basis.promptAlign?.from, 'batch');
  });

  test('scales do not matter: a term in thousands does not drown one in hundredths', () => {
    const ledger = rank([
      { seed: 1, terms: { promptAlign: 0.31, aesthetic: 5000 } },
      { seed: 2, terms: { promptAlign: 0.3, aesthetic: 9000 } },
      { seed: 3, terms: { promptAlign: 0.2, aesthetic: 5100 } },
    ]);
    const rescaled = rank([
      { seed: 1, terms: { promptAlign: 0.31, aesthetic: 0.005 } },
      { seed: 2, terms: { promptAlign: 0.3, aesthetic: 0.009 } },
      { seed: 3, terms: { promptAlign: 0.2, aesthetic: 0.0051 } },
    ]);
    assert.is(ledger.winner, 1);
    for (const [index, { total }] of ledger.candidates.entries()) near(of(rescaled, index).total ?? 0, total ?? 1, 1e-9);
  });

  test('weights multiply, 0 switches off, and their ledger name says that they are not the default', () => {
    const candidates = [
      { seed: 1, terms: { promptAlign: 1, aesthetic: 0 } },
      { seed: 2, terms: { promptAlign: 0, aesthetic: 1 } },
    ];
    const half = Math.SQRT1_2; // two values: z = ±1/√2
    const ledger = rank(candidates, { weights: { aesthetic: 3 } });
    near(of(ledger, 0).total ?? 0, half - 3 * half, 1e-12);
    assert.is(ledger.winner, 1);
    assert.is(ledger.weights.version, 'custom');
    const off = rank(candidates, { weights: { aesthetic: 0 }, weightsVersion: 'mine-2' });
    assert.is(off.winner, 0);
    assert.equal(Object.keys(off.basis), ['promptAlign']);
    assert.is(off.weights.version, 'mine-2');
    assert.is(rank(candidates, { weights: { aesthetic: 0, promptAlign: 0 } }).curation, 'unscored');
  });

  test('a term that one candidate lacks counts for none, and the ledger says so', () => {
    const ledger = rank([
      { seed: 1, terms: { promptAlign: 0.3, aesthetic: 9 } },
      { seed: 2, terms: { promptAlign: 0.4 } },
    ]);
    assert.equal(ledger.dropped, ['aesthetic']);
    assert.equal(Object.keys(of(ledger, 0).z ?? {}), ['promptAlign']);
    assert.is(ledger.winner, 1);
    assert.is(of(ledger, 0).terms.aesthetic, 9);
    // Dropping the only scorer leaves nothing that scores.
    assert.is(
      rank([
        { seed: 1, terms: { promptAlign: 0.3, technical: 1 } },
        { seed: 2, terms: { technical: 0.5 } },
      ]).curation,
      'unscored',
    );
  });

  test('equal values: z is 0, the first wins, and nothing is divided by zero', () => {
    const ledger = rank(aligned(0.3, 0.3, 0.3));
    assert.equal(
      ledger.candidates.map(({ total }) => total),
      [0, 0, 0],
    );
    assert.is(ledger.winner, 0);
    assert.match(of(ledger, 0).reason, /^tie of 3/);
  });

  test('a tie within the margin goes to the one that beats most others in every term', () => {
    // z against a known past (mean 0, deviation 1): totals 1.00, 0.98 and -1; the second is better than the third in both terms, the first is not.
    const past = Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? 1 : -1) * Math.sqrt(29 / 30));
    const history = { promptAlign: past, aesthetic: past };
    const candidates = [
      { seed: 1, terms: { promptAlign: 3, aesthetic: -2 } },
      { seed: 2, terms: { promptAlign: 0.49, aesthetic: 0.49 } },
      { seed: 3, terms: { promptAlign: 0, aesthetic: -1 } },
    ];
    const tied = rank(candidates, { history });
    assert.is(tied.winner, 1);
    assert.match(of(tied, 1).reason, /^tie of 2 within 0\.05: better in every term than 1 of 2 others/);
    assert.is(rank(candidates, { history, tieMargin: 0 }).winner, 0);
  });

  test('counterfactuals: who would have won without which term', () => {
    const ledger = rank([
      { seed: 1, terms: { promptAlign: 0.9, novelty: 0.1 } },
      { seed: 2, terms: { promptAlign: 0.8, novelty: 0.9 } },
      { seed: 3, terms: { promptAlign: 0.1, novelty: 0.2 } },
    ]);
    // promptAlign z: 0.688, 0.459, -1.147; novelty z times 0.25: -0.172, 0.287, -0.115
    assert.is(ledger.winner, 1);
    assert.equal(of(ledger, 0).wouldHaveWonWithout, ['novelty']);
    assert.equal(of(ledger, 1).wouldHaveWonWithout, []);
    assert.equal(of(ledger, 2).wouldHaveWonWithout, []);
    // With one term alone there is no round without it.
    assert.ok(rank(aligned(1, 2, 3)).candidates.every(({ wouldHaveWonWithout }) => wouldHaveWonWithout.length === 0));
  });

  test('wild card: one round in N keeps another than the best, decided by the given numbers alone', () => {
    const draw = (chance: number, which: number): Ledger => {
      const numbers = [chance, which];
      return rank(aligned(0.1, 0.2, 0.9, 0.3), { wildCardOneIn: 4, random: () => numbers.shift() ?? 0 });
    };
    const tame = draw(0.25, 0);
    assert.equal([tame.wildCard, tame.winner], [false, 2]);
    const wild = draw(0.249, 0.999);
    assert.equal([wild.wildCard, wild.winner], [true, 0]); // the last of the order
    assert.is(draw(0.249, 0).winner, 3); // the second of the order
    assert.equal(verdicts(wild), ['wild-card', 'passed-over', 'runner-up', 'passed-over']);
    assert.match(of(wild, 2).reason, /wild card/);
    assert.equal(of(wild, 2).wouldHaveWonWithout, []); // it was not a term that it lost by
    const alone = rank(aligned(0.1), { wildCardOneIn: 1, random: () => 0 });
    assert.equal([alone.wildCard, alone.winner], [false, 0]);
  });

  test('pure: the same arguments give the same ledger, and are left as they were', () => {
    const candidates = aligned(0.2, 0.1, 0.3);
    const before = JSON.stringify(candidates);
    assert.equal(rank(candidates), rank(candidates));
    assert.is(JSON.stringify(candidates), before);
  });
});
