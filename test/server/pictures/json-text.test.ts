import { randomBytes } from 'node:crypto';
import * as assert from 'uvu/assert';
import { Base64, jsonText } from '../../../lib/server/pictures/json-text.ts';
import { suite } from '../../harness.ts';

async function partsOf(value: unknown): Promise<string[]> {
  const parts: string[] = [];
  for await (const part of jsonText(value)) parts.push(part);
  return parts;
}

suite('JSON with pictures', (test) => {
  for (const length of [0, 1, 2, 3, 98_303, 98_304, 98_305, 1_000_000])
    test(`${length} bytes become the base64 text that one call makes`, async () => {
      const bytes = randomBytes(length);
      const value = { data: [{ b64_json: new Base64(bytes) }, { b64_json: new Base64(Buffer.from('second')) }], n: 2 };
      const text = (await partsOf(value)).join('');
      assert.equal(JSON.parse(text), { data: [{ b64_json: bytes.toString('base64') }, { b64_json: 'c2Vjb25k' }], n: 2 });
    });

  test('in parts of at most 128 KiB', async () => {
    const longest = Math.max(...(await partsOf([new Base64(randomBytes(3_000_000))])).map((part) => part.length));
    assert.is(longest, 131_072);
  });

  test('a value without pictures', async () => assert.is((await partsOf({ a: 'é', b: null })).join(''), '{"a":"é","b":null}'));
});
