/** Uploads that are small to send and huge to read, and files that are code: refused by content, and the server goes on. */

import { deepEqual, match, ok } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { suite } from '../harness.ts';
import { type Reply, type Shell, startShell } from './support.ts';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG of 50,000 x 50,000 pixels, of which the first row is there: ten gigabytes for a decoder that believes it. */
function huge(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(50_000, 0);
  header.writeUInt32BE(50_000, 4);
  header.set([8, 6], 8);
  const rows = deflateSync(Buffer.alloc(1 + 4 * 50_000));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** What Python's pickle makes of `os.system("touch x")`. */
const pickle = Buffer.from("cos\nsystem\n(S'touch x'\ntR.", 'latin1');

/** A header that says it has 100 GB. */
function longHeader(): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(100_000_000_000n);
  return Buffer.concat([length, Buffer.from('{"__metadata__":{}}')]);
}

suite('hostile uploads', { timeoutMs: 60_000 }, (test) => {
  let shell: Shell;
  test.before(async () => {
    shell = await startShell();
  });
  test.after(() => shell.server.close());

  const form = async (to: string, fields: FormData): Promise<Reply> => {
    const encoded = new Response(fields);
    return shell.send(to, {
      method: 'POST',
      token: shell.tokens.admin,
      body: new Uint8Array(await encoded.arrayBuffer()),
      headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
    });
  };
  const post = (to: string, body: object): Promise<Reply> => shell.send(to, { method: 'POST', token: shell.tokens.admin, body });

  test('a picture of 50,000 x 50,000 is refused by every API, before it is read', async () => {
    const bytes = huge();
    const url = `data:image/png;base64,${bytes.toString('base64')}`;
    const edit = new FormData();
    edit.set('prompt', 'a fox');
    edit.set('image', new Blob([new Uint8Array(bytes)]), 'a.png');
    const used = process.memoryUsage().rss;
    const replies: [string, Reply][] = [
      ['/v1/images/edits', await form('/v1/images/edits', edit)],
      ['/v1/images/edits as JSON', await post('/v1/images/edits', { prompt: 'a fox', images: [{ image_url: url }] })],
      ['/sdapi/v1/img2img', await post('/sdapi/v1/img2img', { prompt: 'a fox', init_images: [url] })],
      ['/sdapi/v1/extra-single-image', await post('/sdapi/v1/extra-single-image', { image: url, upscaler_1: 'Lanczos' })],
      ['/sdcpp/v1/img_gen', await post('/sdcpp/v1/img_gen', { prompt: 'a fox', init_image: url })],
      ['/api/v1/jobs', await post('/api/v1/jobs', { prompt: 'a fox', pictures: { initImage: url } })],
      [
        '/api/v1/works/import',
        await shell.send('/api/v1/works/import', {
          method: 'POST',
          token: shell.tokens.admin,
          body: new Uint8Array(bytes),
          headers: { 'content-type': 'image/png' },
        }),
      ],
    ];
    for (const [to, { status, text }] of replies) ok(status === 400 || status === 413, `${to}: ${status} ${text.slice(0, 300)}`);
    ok(process.memoryUsage().rss - used < 1_000_000_000);
    deepEqual((await shell.send('/api/v1/jobs', { token: shell.tokens.admin })).json().jobs, []);
  });

  test('a form of 100,000 parts is refused at its bound', async () => {
    const part = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n';
    for (const to of ['/v1/images/edits', '/api/v1/jobs']) {
      const began = process.cpuUsage();
      const { status, text } = await shell.send(to, {
        method: 'POST',
        token: shell.tokens.admin,
        body: `${part.repeat(100_000)}--x--\r\n`,
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      });
      ok(status === 400 || status === 413, `${to}: ${status} ${text.slice(0, 300)}`);
      const { user, system } = process.cpuUsage(began);
      ok(user + system < 5_000_000, `${to}: ${user + system} µs`);
    }
  });

  for (const [name, bytes] of [
    ['a pickle', pickle],
    ['a header of 100 GB', longHeader()],
  ] as const)
    test(`${name} with the name of safetensors is no LoRA and no model, at any scope`, async () => {
      for (const folder of ['loras', 'models']) {
        mkdirSync(path.join(shell.home, folder), { recursive: true });
        writeFileSync(path.join(shell.home, folder, 'evil.SafeTensors'), bytes);
        writeFileSync(path.join(shell.home, folder, 'evil.safetensors'), bytes);
      }
      for (const [to, body] of [
        ['/api/v1/jobs', { prompt: 'a fox <lora:evil:1>' }],
        ['/api/v1/jobs', { prompt: 'a fox', model: 'evil.safetensors' }],
        ['/sdapi/v1/txt2img', { prompt: 'a fox <lora:evil:1>' }],
      ] as const) {
        const { text } = await post(to, body);
        // Not the status: a busy machine has sent the headers of the held answer of txt2img before it has read the file.
        const { error, detail = error?.message } = JSON.parse(text);
        match(detail, /evil\.safetensors/i, `${to}: ${text}`);
      }
    });

  test('no route installs or runs anything', () => {
    const routes = shell.server.routes.map(({ path: to }) => to);
    ok(routes.length > 150);
    deepEqual(
      routes.filter((to) =>
        /install|plugin|extension\/|exec|eval|shell|script\/|pip|npm|download|pull|server-(kill|stop|restart)/i.test(to),
      ),
      [],
    );
  });
});
