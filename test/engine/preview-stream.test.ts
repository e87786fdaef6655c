/** createReadable(): pictures that replace each other, as browsers show them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as assert from 'uvu/assert';
import { PreviewStream } from '../../lib/engine/paint/run/preview-stream.ts';
import { decodeImage, ArtImage as Image } from '../../lib/image/index.ts';
import { type ArtImage, loadModel, type Model } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { picture } from '../image/pictures.ts';
import { openBrowser } from '../web/browser.ts';
import { failure, tiny } from './support.ts';

/** The parts of a whole multipart body. */
function partsOf(body: Buffer, contentType: string): { type: string; bytes: Buffer }[] {
  const boundary = `--${/boundary=(.+)$/.exec(contentType)?.[1]}`;
  const [before, ...parts] = `\r\n${body.toString('latin1')}`.split(`\r\n${boundary}`);
  assert.equal([before, parts.pop()], ['', '--\r\n']);
  return parts.map((part) => {
    const [, type = '', bytes = ''] = /^\r\nContent-Type: (\S+)\r\n\r\n(.*)$/s.exec(part) ?? [];
    return { type, bytes: Buffer.from(bytes, 'latin1') };
  });
}

const sized = (width: number): ArtImage => new Image(picture(width, 16));
const stream = (): PreviewStream => new PreviewStream({ format: 'png', embedRecipe: true });

suite('pictures of a run as a stream', (test) => {
  let model: Model;
  test.before(async () => {
    model = await loadModel();
  });
  test.after(() => model.dispose());

  test('previews come first, the finished picture last, all whole', async () => {
    const run = model.generate({ ...tiny, steps: 6, preview: true });
    const pictures = run.createReadable({ format: 'webp' });
    const parts = partsOf(await buffer(pictures), pictures.contentType);
    assert.ok(parts.length >= 2, `${parts.length} pictures`);
    for (const { type, bytes } of parts) {
      assert.is(type, 'image/webp');
      assert.ok((await decodeImage(bytes)).width > 0);
    }
    const last = await decodeImage(parts.at(-1)?.bytes ?? Buffer.alloc(0));
    assert.equal([last.width, last.height], [64, 64]);
    assert.equal(Buffer.from(parts.at(-1)?.bytes ?? []), await (await run).images[0].toBuffer('webp'));
  });

  test('two streams and a loop see one run; a stream that is left does not stop it', async () => {
    const run = model.generate({ ...tiny, steps: 4, preview: true });
    const [left, whole] = [run.createReadable(), run.createReadable()];
    left.destroy();
    let done = 0;
    const loop = (async () => {
      for await (const event of run) done += event.type === 'done' ? 1 : 0;
    })();
    assert.ok(partsOf(await buffer(whole), whole.contentType).length >= 1);
    await loop;
    assert.is(done, 1);
  });

  test('a stream made after the end has the finished picture', async () => {
    const run = model.generate(tiny);
    await run;
    const pictures = run.createReadable();
    assert.is(partsOf(await buffer(pictures), pictures.contentType).length, 1);
  });

  test('the error of the run is the error of the stream', async () => {
    const run = model.generate({ ...tiny, steps: 40 });
    const pictures = run.createReadable();
    run.cancel();
    const error = (await failure(buffer(pictures))) as { code?: string; name?: string };
    assert.equal([error.code, error.name], ['ERR_ABORTED', 'AbortError']);
  });

  test('a wrong option is said at once', () => {
    const run = model.generate(tiny);
    assert.throws(
      () => run.createReadable({ format: 'gif' as 'png' }),
      (error: Error) => /^format: expected one of png, jpeg, webp, got "gif"/.test(error.message),
    );
    return run;
  });

  test('a reader that stops gets the newest picture when it goes on', async () => {
    const slow = stream();
    slow.show(sized(16));
    await once(slow, 'readable');
    for (let width = 17; width <= 200; width++) slow.show(sized(width));
    slow.finish(sized(201));
    const widths = await Promise.all(
      partsOf(await buffer(slow as Readable), slow.contentType).map(async ({ bytes }) => (await decodeImage(bytes)).width),
    );
    assert.is(widths[0], 16);
    assert.is(widths.at(-1), 201);
    assert.ok(widths.length < 10, `${widths.length} pictures`);
  });

  test('a browser shows each picture as soon as it is there', async () => {
    const sent = stream();
    const server = createServer((request, response) => {
      if (request.url !== '/live') return void response.setHeader('content-type', 'text/html').end('<img src="/live">');
      response.setHeader('content-type', sent.contentType);
      sent.pipe(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { waitUntil: 'commit' });
      const shows = (width: number): Promise<unknown> => page.waitForFunction(`document.images[0]?.naturalWidth === ${width}`);
      for (const width of [32, 48]) {
        sent.show(sized(width));
        await shows(width); // nothing follows until it is shown
      }
      sent.finish(sized(64));
      await shows(64);
    } finally {
      await browser.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
