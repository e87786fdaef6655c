import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { bundledVocabulary, describeBundled, promptDomain } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';

const lists = JSON.parse(readFileSync(new URL('../../bench/model/domain.json', import.meta.url), 'utf8')) as Record<
  string,
  { inside: string[]; outside: string[] }
>;

suite('domain of the bundled model', (test) => {
  test('words of the training captions are known, also in the plural and with the syntax of weights', async () => {
    for (const prompt of ['a red fox in the snow', 'foxes, (flat vector art:1.2)', 'the owl’s forest <lora:style:0.8>', '', '12 of the'])
      assert.equal((await promptDomain(prompt)).unknown, [], prompt);
    assert.equal(await promptDomain('A fox'), { outside: false, unknown: [], words: 1 });
  });
  test('more than half unknown is outside; half is not; each unknown word is named once', async () => {
    assert.equal(await promptDomain('a cyberpunk fox'), { outside: false, unknown: ['cyberpunk'], words: 2 });
    assert.equal(await promptDomain('cyberpunk samurai fox, cyberpunk'), { outside: true, unknown: ['cyberpunk', 'samurai'], words: 4 });
    assert.equal(await promptDomain('élan vital'), { outside: true, unknown: ['élan', 'vital'], words: 2 });
  });
  for (const [name, { inside, outside }] of Object.entries(lists))
    test(`of the prompts that people could type (${name}), at most one in twenty is misjudged`, async () => {
      const judged = async (prompts: string[]) => (await Promise.all(prompts.map(promptDomain))).filter((domain) => domain.outside).length;
      assert.ok((await judged(inside)) <= inside.length / 20, `${await judged(inside)} of ${inside.length} inside`);
      assert.ok((await judged(outside)) >= outside.length * 0.95, `${await judged(outside)} of ${outside.length} outside`);
    });
  test('what it draws is said in its own words', async () => {
    const vocabulary = await bundledVocabulary();
    const text = describeBundled(vocabulary);
    assert.match(text, /^It draws one subject of about \d+0 \(/);
    assert.ok(vocabulary.styles.some((style) => text.includes(style)) && vocabulary.places.some((place) => text.includes(place)));
    assert.equal((await promptDomain(vocabulary.styles.join(' '))).unknown, []);
  });
});
