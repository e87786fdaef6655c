import * as assert from 'uvu/assert';
import { promptDomain, wordForBundled } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';

suite('words for the bundled model', (test) => {
  const said: [string, string, string][] = [
    ['a poodle in the snow', 'a dog in the snow', 'poodle>dog'],
    ['An orca', 'A dolphin', 'orca>dolphin'],
    ['a red-tailed hawk over mountains', 'an eagle over mountains', 'red-tailed hawk>eagle'],
    ['two Golden  Retrievers at night', 'two dogs at night', 'Golden  Retrievers>dogs'],
    ['glossy 3d render of a notebook', 'glossy 3d render of books', 'notebook>books'],
    ['a daisy, a hot-air balloon', 'a blossom, a balloon', 'daisy>blossom hot-air balloon>balloon'],
    ['several butterflies and berries and ponies', 'several butterflies and berries and horses', 'ponies>horses'],
    ['<lora:poodle:0.8> a bunny', '<lora:poodle:0.8> a rabbit', 'bunny>rabbit'],
    ["a PONY's shadow", "a PONY's shadow", ''],
    ['a red fox in the snow', 'a red fox in the snow', ''],
    // Another meaning comes first: a child, a kind of flying machine.
    ['a kid with a drone', 'a kid with a drone', ''],
    ['golden, retriever', 'golden, dog', 'retriever>dog'],
    ['', '', ''],
    ['  \n', '  \n', ''],
    ['🦊 (poodle:1.2) [beagle]', '🦊 (dog:1.2) [dog]', 'poodle>dog beagle>dog'],
  ];
  for (const [prompt, worded, pairs] of said)
    test(JSON.stringify(prompt), async () => {
      const result = await wordForBundled(prompt);
      assert.equal([result.prompt, result.wordings.map(({ from, to }) => `${from}>${to}`).join(' ')], [worded, pairs]);
    });

  test('saying it again changes nothing', async () => {
    for (const [prompt] of said) {
      const { prompt: once } = await wordForBundled(prompt);
      assert.equal(await wordForBundled(once), { prompt: once, wordings: [] });
    }
  });

  test('what is said in other words counts as known', async () => {
    assert.equal(await promptDomain('a poodle'), { outside: false, unknown: [], words: 1 });
    assert.equal((await promptDomain('a poodle beside a samurai')).unknown, ['samurai']);
  });

  test('a prompt of 100,000 characters', async () => {
    const { wordings } = await wordForBundled('a poodle and a '.repeat(6666));
    assert.is(wordings.length, 6666);
  });
});
