import * as assert from 'uvu/assert';
import { altTextOf } from '../../lib/artist/words/alt-text.ts';
import { promptParts } from '../../lib/artist/words/parts.ts';
import { longestTitle, titleOf } from '../../lib/artist/words/title.ts';
import { choosePrompt } from '../../lib/prompt/index.ts';
import { suite } from '../harness.ts';

// [free prompt, title, alternative text]
const written: [string, string, string][] = [
  ['flat vector art of a fox in the snow', 'Fox in the Snow', 'A fox in the snow. Flat vector art.'],
  ['a fox, retro cartoon', 'Fox', 'A fox. Retro cartoon.'],
  [
    'masterpiece, best quality, (a girl:1.2) with a red umbrella, <lora:rain:0.8>, rain, oil painting',
    'Girl with a Red Umbrella',
    'A girl with a red umbrella, rain. Oil painting.',
  ],
  [
    'A watercolour painting of a lighthouse in moonlight. The picture is composed as a wide view.',
    'Lighthouse in Moonlight',
    'A lighthouse in moonlight. The picture is composed as a wide view. Watercolour painting.',
  ],
  ['a cat \\(sitting\\) on [a mat]', 'Cat (Sitting) on a Mat', 'A cat (sitting) on a mat.'],
  ['glossy 3d render of a red apple', 'Red Apple', 'A red apple. Glossy 3D render.'],
  ['a photograph', 'Photograph', 'Photograph.'],
  ['ein Fuchs', 'Ein Fuchs', 'Ein Fuchs.'],
  ['🦊', '🦊', '🦊.'],
  ['', 'Untitled', ''],
];

suite('artist words', (test) => {
  for (const [prompt, title, alt] of written)
    test(`written: ${JSON.stringify(prompt)}`, () => {
      const parts = promptParts(prompt, { source: 'given' });
      assert.equal([titleOf(parts, []), altTextOf(parts)], [title, alt]);
    });

  test('chosen prompts of every family: two hundred works, two hundred titles, none too long, the subject in the text', () => {
    const titles: string[] = [];
    for (const family of ['bundled', 'tags', 'sentences'] as const)
      for (let seed = 0; seed < 70; seed++) {
        const { prompt, derivation } = choosePrompt({ family, seed });
        const parts = promptParts(prompt, derivation);
        const title = titleOf(parts, titles);
        assert.is(title, titleOf(parts, titles));
        assert.ok(title.length <= longestTitle + ' XVIII'.length, title);
        assert.not.match(title, /^(A|An) /);
        const alt = altTextOf(parts);
        assert.ok(alt.toLowerCase().startsWith(String(derivation.subject).toLowerCase()), alt);
        assert.match(alt, /\. \w.*\.$/);
        titles.push(title);
      }
    assert.is(new Set(titles.map((title) => title.toLowerCase())).size, titles.length);
  });

  test('one subject repeatedly: titles differ by scene, then style, then number', () => {
    const parts = { subject: 'a fox', scene: ['on a blue background', 'in close-up'], style: 'black ink drawing' };
    const titles: string[] = [];
    for (let count = 0; count < 6; count++) titles.push(titleOf(parts, titles));
    assert.equal(titles, ['Fox', 'Fox on Blue', 'Fox, in Close-up', 'Fox, Black Ink Drawing', 'Fox II', 'Fox III']);
    assert.is(altTextOf(parts), 'A fox on a blue background, in close-up. Black ink drawing.');
  });

  test('the alternatives of a subject appear expanded', () => {
    const lists = new Map([['plant', [{ value: 'rose', weight: 1 }]]]);
    const { prompt, derivation } = choosePrompt({ family: 'bundled', seed: 1, subject: 'a {red|red} __plant__', lists });
    assert.equal([derivation.subject, derivation.subjectText], ['a {red|red} __plant__', 'a red rose']);
    assert.match(titleOf(promptParts(prompt, derivation), []), /^Red Rose/);
  });
});
