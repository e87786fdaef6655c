import * as assert from 'uvu/assert';
import { choosePrompt, describeDerivation, expandPrompt, outcomesOf } from '../../lib/prompt/index.ts';
import { suite } from '../harness.ts';

const style = [
  { name: 'black ink drawing', weight: 2 },
  { name: 'Flat Vector Art', weight: 3 },
];

suite('prompt mix', (test) => {
  test('the bundled model and tags get weights that are 1 where shares are equal, sentences an order', () => {
    const of = (family: 'bundled' | 'tags' | 'sentences') => choosePrompt({ family, seed: 4, subject: 'a fox', style });
    assert.match(of('bundled').prompt, /^\(flat vector art:1\.2\), \(black ink drawing:0\.8\) of a fox/);
    assert.match(of('tags').prompt, /\(Flat Vector Art:1\.2\), \(black ink drawing:0\.8\)/);
    assert.match(of('sentences').prompt, /Flat Vector Art mixed with black ink drawing/);
    const { derivation } = of('bundled');
    assert.is(derivation.style, 'flat vector art');
    assert.equal(derivation.styles, [
      { name: 'flat vector art', share: 0.6 },
      { name: 'black ink drawing', share: 0.4 },
    ]);
    assert.ok(describeDerivation(derivation).includes('style: black ink drawing (as asked)'));
  });

  test('one of a list is as if it had been given alone', () => {
    const [alone, listed] = ['retro cartoon', [{ name: 'retro cartoon', weight: 0.3 }]].map((one) =>
      choosePrompt({ family: 'bundled', seed: 9, style: one }),
    );
    assert.equal(listed, alone);
  });

  test('LoRAs of styles come along, weakened by their share', () => {
    const settings = {
      styles: [
        { name: 'mine', phrase: 'flat vector art', lora: { path: 'mine', weight: 0.8 } },
        { name: 'hers', phrase: 'retro cartoon', lora: { path: 'hers' } },
      ],
    };
    const mixed = choosePrompt({
      family: 'bundled',
      seed: 1,
      settings,
      style: [
        { name: 'mine', weight: 1 },
        { name: 'hers', weight: 3 },
        { name: 'shaded cartoon', weight: 4 },
      ],
    });
    assert.equal(mixed.loras, [
      { path: 'hers', weight: 0.375 },
      { path: 'mine', weight: 0.1 },
    ]);
    assert.equal(mixed.derivation.loras, mixed.loras);
    assert.equal(choosePrompt({ family: 'bundled', seed: 1, settings, style: 'mine' }).loras, [{ path: 'mine', weight: 0.8 }]);
    assert.equal(expandPrompt('a fox', { family: 'bundled', seed: 1, settings, style: 'mine' })?.loras, [{ path: 'mine', weight: 0.8 }]);
  });

  test('a rating of a mixture says nothing about one of its styles', () => {
    const { derivation } = choosePrompt({ family: 'bundled', seed: 4, style });
    const [observed] = outcomesOf([{ id: '1', rating: 5, derivation }]);
    assert.equal(
      observed?.arms.map((arm) => arm.split('/')[1]),
      ['background'],
    );
  });

  test('an unknown style, too many, a weight of 0', () => {
    const wrong: [{ name: string; weight: number }[], RegExp][] = [
      [[{ name: 'flat vektor art', weight: 1 }], /^style: .*Did you mean flat vector art\?/],
      [[], /^style: /],
      [[{ name: 'retro cartoon', weight: 0 }], /^style\.0\.weight|^0\.weight/],
      [Array.from({ length: 9 }, () => ({ name: 'retro cartoon', weight: 1 })), /at most 8/],
    ];
    for (const [given, message] of wrong) {
      let thrown: unknown;
      try {
        choosePrompt({ family: 'bundled', seed: 1, style: given });
      } catch (error) {
        thrown = error;
      }
      assert.match((thrown as Error).message, message);
    }
  });
});
