import * as assert from 'uvu/assert';
import {
  choosePrompt,
  noPreferences,
  type Observation,
  observeWorks,
  outcomesOf,
  type Preferences,
  posteriorOf,
  preferencesSchema,
  subjectsOfWorks,
  type WorkOutcome,
} from '../../lib/prompt/index.ts';
import { suite } from '../harness.ts';

const idOf = (index: number): string => `01${String(index).padStart(24, '0')}`;
const arm = 'tags/style/oil painting';
const rated = (index: number, reward: number, weight = 1): Observation => ({ id: idOf(index), arms: [arm], reward, weight });
const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

function work(index: number, style: string, rest: Partial<WorkOutcome> = {}): WorkOutcome {
  const derivation = { ...choosePrompt({ family: 'tags', seed: index, style }).derivation };
  return { id: idOf(index), derivation, ...rest };
}

const ledger = (aligns: (number | undefined)[], rejected = 0) => ({
  model: 'clip',
  winner: 0,
  candidates: [
    ...aligns.map((promptAlign) => ({ terms: { ...(promptAlign !== undefined && { promptAlign }) }, faults: [] as object[] })),
    ...Array.from({ length: rejected }, () => ({ terms: {}, faults: [{ fault: 'blank', reason: 'x' }] })),
  ],
});

suite('prompt learning', (test) => {
  test('the posterior is that of a Gaussian with known noise', () => {
    const none = posteriorOf(noPreferences(), arm);
    assert.equal(none, { mean: 0.5, deviation: 0.25, works: 0 });
    const one = posteriorOf(observeWorks(noPreferences(), [rated(1, 1)]), arm);
    // Prior and one observation with the same deviation: half way, deviation by root two.
    near(one.mean, 0.75);
    near(one.deviation, 0.25 / Math.sqrt(2));
    const three = posteriorOf(observeWorks(noPreferences(), [rated(1, 1), rated(2, 0), rated(3, 1, 0.5)]), arm);
    near(three.mean, (0.5 + 1 + 0 + 0.5) / 3.5);
    near(three.works, 2.5);
    near(posteriorOf(noPreferences(), arm, 2).mean, 0.5 + 0.25 * Math.log(2));
  });

  test('a work counts once, with what was last said of it; old ones are summed up without changing the posterior', () => {
    let books: Preferences = observeWorks(noPreferences(), [rated(1, 1)]);
    books = observeWorks(books, [rated(1, 0)]);
    near(posteriorOf(books, arm).mean, 0.25);
    const many = Array.from({ length: 700 }, (_, index) => rated(index + 1, index % 2));
    const all = observeWorks(noPreferences(), many);
    assert.is(all.works.length, 500);
    near(posteriorOf(all, arm).works, 700);
    near(posteriorOf(all, arm).mean, (0.5 + 350) / 701);
    assert.equal(observeWorks(all, many.slice(0, 250)), { ...all, works: observeWorks(all, many.slice(0, 250)).works });
    near(posteriorOf(observeWorks(all, many), arm).works, 700);
    assert.equal(preferencesSchema.parse(JSON.parse(JSON.stringify(all))), all);
  });

  test('ratings, stars, the trash and the curation become rewards', () => {
    const only = (rest: Partial<WorkOutcome>) => outcomesOf([work(1, 'woodcut', rest)])[0];
    assert.equal([only({ rating: 5 })?.reward, only({ rating: 5 })?.weight], [1, 1]);
    assert.is(only({ rating: 2 })?.reward, 0.25);
    assert.equal([only({ star: true })?.reward, only({ star: true, rating: 1 })?.reward], [1, 0]);
    assert.equal([only({ trashedAt: 'x' })?.reward, only({ trashedAt: 'x' })?.weight], [0, 0.5]);
    assert.equal([only({ curation: ledger([0.2], 1) })?.reward, only({ curation: ledger([0.2], 1) })?.weight], [0.25, 0.25]);
    assert.is(only({}), undefined);
    assert.is(only({ curation: { nonsense: true } }), undefined);
    assert.ok(only({ rating: 3 })?.arms.includes('tags/style/woodcut'));
    assert.equal(outcomesOf([{ id: idOf(1), rating: 5, derivation: { source: 'given' } }]), []);
    const scored = outcomesOf(Array.from({ length: 10 }, (_, index) => work(index, 'woodcut', { curation: ledger([index / 10]) })));
    assert.ok((scored[9]?.reward ?? 0) > 0.6 && (scored[0]?.reward ?? 1) < 0.4);
  });

  test('what is liked is painted more, and what is not stays possible', () => {
    const share = (preferences: Preferences): number => {
      const styles = Array.from({ length: 400 }, (_, seed) => choosePrompt({ family: 'tags', seed, preferences }).derivation.style);
      return styles.filter((style) => style === 'oil painting').length / styles.length;
    };
    const before = share(noPreferences());
    const loved = share(
      observeWorks(
        noPreferences(),
        Array.from({ length: 12 }, (_, index) => rated(index, 1)),
      ),
    );
    const hated = share(
      observeWorks(
        noPreferences(),
        Array.from({ length: 4 }, (_, index) => rated(index, 0)),
      ),
    );
    assert.ok(loved > 3 * before && loved > 0.4, `${before} → ${loved}`);
    assert.ok(hated < before / 3, `${before} → ${hated}`);
    assert.ok(share(observeWorks(noPreferences(), [rated(1, 0)])) > 0);
    const unlearned = choosePrompt({ family: 'tags', seed: 1, settings: { learn: false } }).derivation.choices;
    assert.ok(unlearned.every(({ how, offered = [] }) => how !== 'sampled' && offered.every(({ posterior }) => posterior === undefined)));
  });

  test('it finds the best of three by being told, and regrets less than chance', () => {
    const truth: Record<string, number> = { 'oil painting': 0.3, woodcut: 0.8, 'pixel art': 0.4 };
    const styles = [
      'watercolour',
      'gouache',
      'ink drawing',
      'linocut',
      'pastel',
      'flat illustration',
      'digital painting',
      'photograph',
      'paper collage',
    ];
    const settings = {
      styles: [...styles.map((name) => ({ name, weight: 0 })), ...Object.keys(truth).map((name) => ({ name, weight: 1 }))],
    };
    let preferences = noPreferences();
    let found = 0;
    for (let round = 0; round < 200; round++) {
      const { derivation } = choosePrompt({ family: 'tags', seed: round, preferences, settings });
      const { style = '' } = derivation;
      const noise = ((round * 7919) % 21) / 100 - 0.1;
      preferences = observeWorks(preferences, [
        { id: idOf(round), arms: [`tags/style/${style}`], reward: (truth[style] ?? 0) + noise, weight: 1 },
      ]);
      if (round >= 100 && style === 'woodcut') found++;
    }
    assert.ok(found > 90, `${found} of the last 100`);
  });

  test('subjects of works, as far as they were chosen', () => {
    assert.equal(subjectsOfWorks([work(1, 'woodcut'), { id: 'x', derivation: { source: 'given' } }, { id: 'y' }]).length, 1);
  });
});
