import * as assert from 'uvu/assert';
import { resolveOptions } from '../../lib/core/index.ts';
import { captionOptions, captionsVary, composeCaption } from '../../lib/train/data/captions.ts';
import { counterRandom, philox, shuffled } from '../../lib/train/data/counter-random.ts';
import type { CaptionOptions } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';

const options = (given: CaptionOptions = {}) => resolveOptions('captions', captionOptions, given);

suite('train: random numbers by position', (test) => {
  // Known answers from the authors' Random123 library (kat_vectors, philox4x32 10).
  test('Philox4x32-10 gives the published numbers', () => {
    assert.equal(philox([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    assert.equal(philox([ones, ones, ones, ones], [ones, ones]), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    assert.equal(
      philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    );
  });

  test('a number depends only on its position: seed, stream and each index', () => {
    const first = (seed: number, stream: 'caption' | 'crop', at: number[]) => counterRandom(seed, stream, at)();
    assert.is(first(7, 'caption', [1, 2, 3]), first(7, 'caption', [1, 2, 3]));
    const others = [
      first(8, 'caption', [1, 2, 3]),
      first(7 + 2 ** 32, 'caption', [1, 2, 3]),
      first(7, 'crop', [1, 2, 3]),
      first(7, 'caption', [0, 2, 3]),
      first(7, 'caption', [1, 0, 3]),
      first(7, 'caption', [1, 2, 0]),
    ];
    assert.is(new Set([first(7, 'caption', [1, 2, 3]), ...others]).size, 7);
  });

  test('uniform: mean and spread of 20,000 numbers, and all orders of three items', () => {
    const draw = counterRandom(1, 'order', []);
    const numbers = Array.from({ length: 20_000 }, draw);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
    assert.ok(Math.abs(mean - 0.5) < 0.01 && Math.abs(variance - 1 / 12) < 0.003, `${mean} ${variance}`);
    assert.ok(numbers.every((value) => value >= 0 && value < 1));
    const orders = new Set(
      Array.from({ length: 200 }, (_, epoch) => shuffled(['a', 'b', 'c'], counterRandom(3, 'order', [epoch])).join('')),
    );
    assert.is(orders.size, 6);
  });
});

suite('train: captions', (test) => {
  const cases: [string, CaptionOptions, string][] = [
    ['a fox,  in\nsnow ', {}, 'a fox, in snow'],
    ['', {}, ''],
    ['', { trigger: 'sks' }, 'sks'],
    ['a fox', { trigger: 'sks' }, 'sks, a fox'],
    ['a Sks fox', { trigger: 'sks' }, 'a Sks fox'],
    ['a sksy fox', { trigger: 'sks' }, 'sks, a sksy fox'],
    ['a fox', { prefix: 'photo of ', suffix: ', snow' }, 'photo of a fox , snow'],
    ['a fox', { trigger: 'sks', prefix: 'best' }, 'best sks, a fox'],
  ];
  for (const [text, given, expected] of cases)
    test(`${JSON.stringify(text)} with ${JSON.stringify(given)}`, () => assert.is(composeCaption(text, options(given)), expected));

  const tags = 'one, two, three, four, five';
  test('shuffling keeps every tag, and the first keepTokens in place', () => {
    const seen = new Set<string>();
    for (let step = 0; step < 30; step++) {
      const caption = composeCaption(tags, options({ shuffleTags: true, keepTokens: 2 }), counterRandom(1, 'caption', [step]));
      assert.match(caption, /^one, two, /);
      assert.equal(caption.split(', ').sort(), tags.split(', ').sort());
      seen.add(caption);
    }
    assert.is(seen.size, 6);
  });

  test('dropout happens as often as requested; the same position gives the same caption', () => {
    const dropping = options({ captionDropout: 0.25, trigger: 'sks' });
    const captions = Array.from({ length: 2000 }, (_, step) => composeCaption(tags, dropping, counterRandom(1, 'caption', [step])));
    const empty = captions.filter((caption) => caption === '').length;
    assert.ok(empty > 440 && empty < 560, String(empty));
    assert.is(composeCaption(tags, dropping, counterRandom(1, 'caption', [5])), captions[5]);
    const perTag = options({ tagDropout: 0.5, keepTokens: 1, trigger: 'sks' });
    const counts = Array.from(
      { length: 1000 },
      (_, step) => composeCaption(tags, perTag, counterRandom(2, 'caption', [step])).split(', ').length - 2,
    );
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    assert.ok(mean > 1.9 && mean < 2.1, String(mean));
    assert.ok(counts.every((count) => count >= 0));
  });

  test('without a draw nothing varies', () => {
    const all = options({ shuffleTags: true, captionDropout: 1, tagDropout: 1 });
    assert.is(composeCaption(tags, all), tags);
    assert.ok(captionsVary(all) && !captionsVary(options({ trigger: 'x' })));
  });
});
