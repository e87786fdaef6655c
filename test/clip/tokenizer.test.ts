import * as assert from 'uvu/assert';
import { beginToken, clipTokenizer, endToken } from '../../lib/clip/tokenizer.ts';
import { suite } from '../harness.ts';
import { readJson } from './support.ts';

type Row = [text: string, ids: number[]];

suite('tokenizer', (test) => {
  test('the same ids as transformers for 3000 captions, emoji, scripts, numbers and punctuation', async () => {
    const rows = readJson<Row[]>('captions.json.gz');
    assert.is(rows.length, 3000);
    const tokenizer = await clipTokenizer();
    for (const [text, ids] of rows) assert.equal([...tokenizer.encode(text, 77).ids], [beginToken, ...ids, endToken], JSON.stringify(text));
  });

  test('75 tokens fit, 76 are cut to the first 75 and an end token', async () => {
    const tokenizer = await clipTokenizer();
    const fits = tokenizer.encode(Array(75).fill('a').join(' '), 77);
    assert.is(fits.ids.length, 77);
    assert.is(fits.truncated, false);
    const cut = tokenizer.encode(`${Array(75).fill('a').join(' ')} fox`, 77);
    assert.equal(cut.ids, fits.ids);
    assert.is(cut.truncated, true);
  });

  test('case and white space do not matter', async () => {
    const tokenizer = await clipTokenizer();
    assert.equal(tokenizer.encode(' A \t Red\n\nFOX ', 77).ids, tokenizer.encode('a red fox', 77).ids);
  });

  test('ten thousand characters without a space take less than a second', async () => {
    const tokenizer = await clipTokenizer();
    const start = performance.now();
    const text = Array.from({ length: 10_000 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000))).join('');
    assert.is(tokenizer.encode(text, 77).ids.length, 77);
    assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
  });
});
