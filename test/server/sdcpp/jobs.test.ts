/** A front end of stable-diffusion.cpp's server: reads the capabilities, submits, polls, cancels. */
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { loadModel } from '../../../lib/engine/index.ts';
import { decodeImage, readRecipe } from '../../../lib/image/index.ts';
import { suite } from '../../harness.ts';
import { type Serving, serving } from '../serving.ts';

interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a foreign API, read as its clients do
  body: any;
}

async function call(server: Serving, path: string, body?: unknown, token = server.token): Promise<Reply> {
  const response = await fetch(`${server.url}/sdcpp/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** Polls as front ends do, until the job has ended. */
async function ended(server: Serving, poll: string): Promise<Reply['body']> {
  for (;;) {
    const { status, body } = await call(server, poll.replace('/sdcpp/v1', ''));
    assert.is(status, 200, JSON.stringify(body));
    if (!['queued', 'generating'].includes(body.status)) return body;
    await new Promise((done) => setTimeout(done, 100));
  }
}

const quick = { prompt: 'flat vector art of a fox', seed: 7, width: 64, height: 64, sample_params: { sample_steps: 2 } };

suite('sdcpp: a front end', (test) => {
  let server: Serving;
  test.before(async () => {
    server = await serving();
  });
  test.after(() => server.close());

  test('what the capabilities give can be sent back, and paints what model.generate() paints', async () => {
    const { body: capabilities } = await call(server, '/capabilities');
    assert.equal(capabilities.supported_modes, ['img_gen']);
    assert.equal(capabilities.model, { name: 'ai-artist-mini', stem: 'ai-artist-mini', path: 'ai-artist-mini' });
    const defaults = capabilities.defaults_by_mode.img_gen;
    assert.equal([defaults.width, defaults.height, defaults.sample_params.sample_steps], [128, 128, 20]);
    const asked = { ...defaults, ...quick, sample_params: { ...defaults.sample_params, sample_steps: 2 }, batch_count: 2 };
    const accepted = await call(server, '/img_gen', asked);
    assert.is(accepted.status, 202);
    assert.equal([accepted.body.kind, accepted.body.status], ['img_gen', 'queued']);
    assert.is(accepted.body.poll_url, `/sdcpp/v1/jobs/${accepted.body.id}`);
    const job = await ended(server, accepted.body.poll_url);
    assert.equal([job.status, job.error, job.queue_position, job.result.output_format], ['completed', null, 0, 'png']);
    assert.ok(job.created <= job.started && job.started <= job.completed);
    assert.equal(
      job.result.images.map(({ index }: { index: number }) => index),
      [0, 1],
    );
    const file = Buffer.from(job.result.images[0].b64_json, 'base64');
    const model = await loadModel();
    const { images } = await model.generate({ prompt: quick.prompt, seed: 7, width: 64, height: 64, steps: 2 });
    await model.dispose();
    assert.equal(Buffer.from((await decodeImage(file)).data), Buffer.from(images[0]?.data ?? []));
  });

  test('WebP without the recipe, from a picture', async () => {
    const start = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#3060c0' } })
      .png()
      .toBuffer();
    const accepted = await call(server, '/img_gen', {
      ...quick,
      init_image: `data:image/png;base64,${start.toString('base64')}`,
      strength: 0.4,
      output_format: 'webp',
      output_compression: 80,
      embed_image_metadata: false,
    });
    const job = await ended(server, accepted.body.poll_url);
    const file = Buffer.from(job.result.images[0].b64_json, 'base64');
    assert.is((await sharp(file).metadata()).format, 'webp');
    assert.is(await readRecipe(file), undefined);
  });
});

suite('sdcpp: jobs that wait, and errors', (test) => {
  let server: Serving;
  test.before(async () => {
    server = await serving({ paint: false });
  });
  test.after(() => server.close());

  test('places in the queue, cancel, and cancel again', async () => {
    const [first, second] = [await call(server, '/img_gen', quick), await call(server, '/img_gen', quick)];
    const places = [first, second].map(async ({ body }) => (await call(server, `/jobs/${body.id}`)).body.queue_position);
    assert.equal(await Promise.all(places), [1, 2]);
    for (const _ of [1, 2]) {
      const { status, body } = await call(server, `/jobs/${first.body.id}/cancel`, {});
      assert.equal([status, body.status, body.result, body.error.code], [200, 'cancelled', null, 'cancelled']);
    }
    assert.is((await call(server, `/jobs/${second.body.id}`)).body.queue_position, 1);
  });

  test("another client's job is not there", async () => {
    const { body } = await call(server, '/img_gen', quick);
    const other = await server.newToken('other', 'paint');
    assert.is((await call(server, `/jobs/${body.id}`, undefined, other)).status, 404);
    assert.is((await call(server, `/jobs/${body.id}/cancel`, {}, other)).status, 404);
    assert.is((await call(server, `/jobs/${body.id}`, undefined, await server.newToken('boss', 'admin'))).status, 200);
  });

  const faults: [string, unknown, number, RegExp][] = [
    ['/img_gen', { ...quick, prompt: '' }, 400, /prompt/],
    ['/img_gen', { ...quick, width: 65 }, 400, /width: expected a multiple of 64, got 65/],
    ['/img_gen', { ...quick, sample_params: { sample_method: 'magic' } }, 400, /sampler: expected one of/],
    ['/img_gen', { ...quick, output_format: 'gif' }, 400, /output_format: expected png, jpeg, webp/],
    ['/img_gen', { ...quick, lora: [{ path: '../../etc/passwd' }] }, 404, /no LoRA of that name in loras/],
    ['/img_gen', { ...quick, init_image: 'http://127.0.0.1/' }, 400, /This server fetches nothing/],
    ['/vid_gen', {}, 400, /mode: expected img_gen, got vid_gen/],
    ['/jobs/nobody/cancel', {}, 404, /job/],
  ];
  for (const [path, body, status, message] of faults)
    test(`${path}: ${status} ${message}`, async () => {
      const reply = await call(server, path, body);
      assert.is(reply.status, status);
      assert.type(reply.body.error, 'string');
      assert.match(reply.body.error, message);
    });

  test('the 65th waiting job is refused', async () => {
    const token = await server.newToken('busy', 'paint');
    const statuses: number[] = [];
    for (let count = 0; count < 65; count++) statuses.push((await call(server, '/img_gen', quick, token)).status);
    assert.equal(statuses, [...Array(64).fill(202), 429]);
  });
});
