import { randomBytes } from 'node:crypto';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../lib/core/index.ts';
import { parseJsonBody } from '../../../lib/server/pictures/json-body.ts';
import { pictureOfText } from '../../../lib/server/pictures/picture-text.ts';
import { codeOf } from '../../core/support.ts';
import { suite } from '../../harness.ts';

const read = (text: string | Buffer, most = 1_000_000): Promise<unknown> =>
  parseJsonBody(Buffer.from(text), most, async (rest) => JSON.parse(rest) as unknown);

const long = 300_000;
const base64 = randomBytes(1_000_000).toString('base64');

suite('JSON bodies with long texts', (test) => {
  const texts: Record<string, string> = {
    base64: base64,
    'base64 in lines': base64.replace(/.{76}/g, '$&\r\n'),
    quotes: '"'.repeat(long),
    backslashes: '\\'.repeat(long + 1),
    'quotes and backslashes': '\\"'.repeat(long),
    'two-byte characters': 'é'.repeat(long),
    'three-byte characters after one byte': `x${'雪'.repeat(long)}`,
    'pairs of surrogates': '🦊'.repeat(long),
    'half of a pair': '\ud83e'.repeat(long),
    'control characters': '\u0001\n'.repeat(long),
  };
  for (const [name, text] of Object.entries(texts))
    test(`${name}: the same as JSON.parse()`, async () => {
      const value = { a: text, list: [text, 'short', { deep: text, n: 1 }], b: '' };
      assert.ok(JSON.stringify(await read(JSON.stringify(value))) === JSON.stringify(value));
      const escaped = JSON.stringify(text)
        .replaceAll('/', '\\/')
        .replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
      assert.ok(((await read(`[ ${escaped} ]`)) as string[])[0] === text);
    });

  test('cut anywhere, texts of random pieces stay whole', async () => {
    const random = seededRandom(5);
    const pieces = ['a', 'é', '雪', '🦊', '\\', '"', '\n', '/', 'QUJD', '\u0000', '\ud83e'];
    for (let round = 0; round < 6; round++) {
      const text = Array.from({ length: 400_000 }, () => pieces[Math.floor(random() * pieces.length)]).join('');
      assert.ok(((await read(JSON.stringify({ text }))) as { text: string }).text === text);
    }
  });

  test('broken JSON is refused', async () => {
    const raw = 'x'.repeat(long);
    for (const body of [
      `{"a": "${raw}`,
      `{"a": "${raw}"`,
      `{"a": "${raw}\\"}`,
      `{"a": "${raw}\n"}`,
      `{"a": "${raw}\\x"}`,
      `{"a": "${raw}\\u12"}`,
      `{"a" "${raw}"}`,
      `${raw}`,
    ])
      try {
        await read(body);
        assert.unreachable(`${body.slice(0, 8)}…${body.slice(-6)}`);
      } catch (error) {
        assert.instance(error, SyntaxError);
      }
  });

  test('a text that is a key, and one that names an inherited property', async () => {
    const raw = 'x'.repeat(long);
    assert.equal(Object.keys((await read(`{"${raw}" : 1}`)) as object), [raw]);
    const value = (await read(`{"list": ["${raw}"], "constructor": "${raw}"}`)) as Record<string, unknown>;
    assert.ok(value['constructor'] === raw);
  });

  test('without its long texts a body may have so many bytes, and no more', async () => {
    const filled = (count: number): string => JSON.stringify({ picture: base64, list: Array(count).fill('ab') });
    await read(filled(100), 1000);
    for (const body of [filled(10_000), `["${'\\"'.repeat(10)}", ${'[],'.repeat(100_000)}1]`, JSON.stringify({ ['k'.repeat(long)]: 1 })])
      assert.is(await codeOf(read(body, 1000)), 'ERR_TOO_LARGE');
  });

  test('a large picture in base64: bare, in lines, as a data: URL, without padding', async () => {
    const png = Buffer.concat([Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64'), randomBytes(2_000_001)]);
    const text = png.toString('base64');
    const forms = [
      text,
      text.replace(/.{76}/g, '$&\n'),
      `data:image/png;base64,${text}`,
      text.replace(/=+$/, ''),
      png.toString('base64url'),
    ];
    for (const form of forms) assert.ok(png.equals(await pictureOfText('image', form)), form.slice(0, 30));
  });
});
