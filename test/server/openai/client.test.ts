/** The official client of OpenAI, unmodified, against a real server with the bundled model. */
import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  NotFoundError,
  PermissionDeniedError,
  toFile,
} from 'openai';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { loadModel, type Model } from '../../../lib/engine/index.ts';
import { decodeImage, readRecipe } from '../../../lib/image/index.ts';
import { openQueueAt } from '../../../lib/schedule/index.ts';
import { suite } from '../../harness.ts';
import { type Serving, serving } from '../serving.ts';

const prompt = 'flat vector art of a fox in the snow';
/** Quick, and the same picture each time. */
const quick = (settings: object = {}) =>
  `${prompt} <sd_cpp_extra_args>${JSON.stringify({ seed: 7, width: 64, height: 64, sample_params: { sample_steps: 2 }, ...settings })}</sd_cpp_extra_args>`;

let server: Serving;
let client: OpenAI;
let model: Model;

function bytesOf(text: string | undefined | null): Buffer {
  assert.type(text, 'string');
  return Buffer.from(text as string, 'base64');
}

/** The pixels of model.generate() with these options. */
async function painted(options: object): Promise<Buffer> {
  const { images } = await model.generate({ prompt, seed: 7, width: 64, height: 64, steps: 2, ...options });
  return Buffer.from(images[0]?.data ?? []);
}

suite('openai: the official client', (test) => {
  test.before(async () => {
    model = await loadModel();
    server = await serving();
    client = new OpenAI({ apiKey: server.token, baseURL: `${server.url}/v1` });
  });
  test.after(async () => {
    await server.close();
    await model.dispose();
  });

  test('generate answers base64: the pixels of model.generate()', async () => {
    const answer = await client.images.generate({ model: 'gpt-image-1', prompt: quick(), size: '64x64' });
    assert.is(answer.data?.length, 1);
    const file = bytesOf(answer.data?.[0]?.b64_json);
    assert.equal(Buffer.from((await decodeImage(file)).data), await painted({}));
    assert.is(answer.size, '64x64' as never);
    assert.is(answer.quality, 'medium');
    assert.is(answer.background, 'opaque');
    assert.is(answer.output_format, 'png');
    assert.is(answer.usage?.total_tokens, 0);
    assert.ok(Math.abs(answer.created - Date.now() / 1000) < 60);
    assert.is((await readRecipe(file))?.recipe.prompt, prompt); // the settings are not part of the prompt
  });

  test('addresses: fetched without a token, typed by content, and by no other name', async () => {
    const answer = await client.images.generate({ model: 'dall-e-3', prompt: quick(), output_format: 'webp', output_compression: 60 });
    const url = answer.data?.[0]?.url ?? '';
    assert.ok(url.startsWith(`${server.url}/v1/images/files/`), url);
    for (const headers of [new Headers(), new Headers({ authorization: `Bearer ${server.token}` })]) {
      const response = await fetch(url, { headers });
      assert.is(response.status, 200);
      assert.is(response.headers.get('content-type'), 'image/webp');
      assert.is(response.headers.get('x-content-type-options'), 'nosniff');
      const { format, width } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      assert.equal([format, width], ['webp', 64]);
    }
    const name = new URL(url).pathname.split('/').at(-1) ?? '';
    for (const other of [name.replace(/\.0\./, '.1.'), name.replace(/webp$/, 'png'), 'x'.repeat(60), '..%2f..%2fetc%2fpasswd'])
      assert.is((await fetch(`${server.url}/v1/images/files/${other}`)).status, 404, other);
  });

  test('the address of a work that was hidden or trashed since answers only who may see it', async () => {
    const answer = await client.images.generate({ model: 'dall-e-3', prompt: quick({ seed: 8 }) });
    const url = answer.data?.[0]?.url ?? '';
    const own = (method: string, path: string, body?: object) =>
      fetch(`${server.url}/api/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    const { jobs } = (await (await own('GET', 'jobs?state=done&limit=1')).json()) as { jobs: { pictures: { work: string }[] }[] };
    const work = jobs[0]?.pictures[0]?.work;
    const statuses = async () => {
      const headers = { authorization: `Bearer ${server.token}` };
      return [(await fetch(url)).status, (await fetch(url, { headers })).status];
    };
    assert.equal(await statuses(), [200, 200]);
    const steps: [method: string, path: string, body: object | undefined, without: number][] = [
      ['PATCH', '', { hidden: true }, 404],
      ['PATCH', '', { hidden: false }, 200],
      ['POST', '/trash', undefined, 404],
      ['POST', '/restore', undefined, 200],
    ];
    for (const [method, to, body, without] of steps) {
      assert.is((await own(method, `works/${work}${to}`, body ?? {})).status, 200);
      assert.equal(await statuses(), [without, 200], `${method} ${to} ${JSON.stringify(body)}`);
    }
  });

  test('n=2: consecutive seeds', async () => {
    const answer = await client.images.generate({ prompt: quick(), n: 2 });
    const recipes = await Promise.all((answer.data ?? []).map(async ({ b64_json }) => (await readRecipe(bytesOf(b64_json)))?.recipe.seed));
    assert.equal(recipes, [7, 8]);
  });

  test('JPEG with its recipe; null fields and unknown ones', async () => {
    const answer = await client.images.generate({
      prompt: quick(),
      model: null,
      n: null,
      size: null,
      quality: null,
      output_format: 'jpeg',
      moderation: null,
      user: 'someone',
      ...{ seed_resize: 3 },
    });
    const file = bytesOf(answer.data?.[0]?.b64_json);
    assert.is((await sharp(file).metadata()).format, 'jpeg');
    assert.is((await readRecipe(file))?.recipe.seed, 7);
  });

  test('a stream: previews in order, then the picture with its usage', async () => {
    const settings = { width: 128, height: 128, sample_params: { sample_steps: 60 } };
    const started = performance.now();
    const stream = await client.images.generate({ prompt: quick(settings), stream: true, partial_images: 2 });
    const events: OpenAI.ImageGenStreamEvent[] = [];
    for await (const event of stream) events.push(event);
    const partials = events.filter((event) => event.type === 'image_generation.partial_image');
    // A preview is made once a second at most.
    const least = performance.now() - started > 4000 ? 1 : 0;
    assert.ok(partials.length >= least && partials.length <= 2, `${partials.length} previews`);
    assert.equal(
      partials.map(({ partial_image_index }) => partial_image_index),
      [0, 1].slice(0, partials.length),
    );
    for (const { b64_json, size } of partials) {
      const { format, width } = await sharp(bytesOf(b64_json)).metadata();
      assert.equal([format, width, size], ['png', 128, '128x128']);
    }
    const last = events.at(-1);
    assert.is(last?.type, 'image_generation.completed');
    assert.is(last?.type === 'image_generation.completed' && last.usage.total_tokens, 0);
    assert.is((await readRecipe(bytesOf(last?.b64_json)))?.recipe.steps, 60);
  });

  test('an edit with a mask: only the transparent part changes', async () => {
    const base = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#3060c0' } })
      .png()
      .toBuffer();
    const hole = {
      input: Buffer.alloc(32 * 64 * 4, 255),
      raw: { width: 32, height: 64, channels: 4 as const },
      left: 0,
      top: 0,
      blend: 'dest-out' as const,
    };
    const mask = await sharp(base).ensureAlpha().composite([hole]).png().toBuffer();
    const white = await sharp(Buffer.from(Array.from({ length: 64 * 64 }, (_, at) => (at % 64 < 32 ? 255 : 0))), {
      raw: { width: 64, height: 64, channels: 1 },
    })
      .png()
      .toBuffer();
    const answer = await client.images.edit({
      model: 'gpt-image-1',
      image: await toFile(base, 'base.png', { type: 'image/png' }),
      mask: await toFile(mask, 'mask.png', { type: 'image/png' }),
      prompt: quick(),
      n: 1,
      size: 'auto',
    });
    const pixels = Buffer.from((await decodeImage(bytesOf(answer.data?.[0]?.b64_json))).data);
    assert.equal(pixels, await painted({ initImage: base, maskImage: white, width: 64, height: 64 }));
  });

  test('an edit in JSON, streamed; a picture with transparent parts is its own mask', async () => {
    const picture = await sharp({ create: { width: 64, height: 64, channels: 4, background: { r: 200, g: 40, b: 40, alpha: 0 } } })
      .png()
      .toBuffer();
    const response = await fetch(`${server.url}/v1/images/edits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        prompt: quick(),
        stream: true,
        images: [{ image_url: `data:image/png;base64,${picture.toString('base64')}` }],
      }),
    });
    const text = await response.text();
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.match(text, /^event: image_edit\.completed\ndata: \{"type":"image_edit\.completed","b64_json":"/m);
  });

  test('a variation keeps the prompt of the picture', async () => {
    const first = await client.images.generate({ prompt: quick() });
    const file = bytesOf(first.data?.[0]?.b64_json);
    const answer = await client.images.createVariation({
      image: await toFile(file, 'a.png'),
      size: '64x64' as never,
      response_format: 'b64_json',
    });
    const { recipe } = (await readRecipe(bytesOf(answer.data?.[0]?.b64_json))) ?? {};
    assert.is(recipe?.prompt, prompt);
    assert.is(recipe?.mode, 'img2img');
    assert.is(recipe?.denoisingStrength, 0.6);
  });

  test('models', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.equal(ids, ['ai-artist-mini']);
    assert.is((await client.models.retrieve('ai-artist-mini')).object, 'model');
  });
});

/** What a call of the client throws. */
async function failure(call: Promise<unknown>): Promise<APIError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  throw new Error('no error');
}

suite('openai: errors, as the client shows them', (test) => {
  test.before(async () => {
    server = await serving({ paint: false });
    client = new OpenAI({ apiKey: server.token, baseURL: `${server.url}/v1` });
  });
  test.after(() => server.close());

  test('no such model', async () => {
    const error = await failure(client.images.generate({ model: 'midjourney', prompt }));
    assert.instance(error, NotFoundError);
    assert.equal([error.code, error.param, error.type], ['model_not_found', 'model', 'invalid_request_error']);
    assert.type(error.requestID, 'string');
    assert.match(error.message, /model: expected an id of \/v1\/models, got "midjourney"/);
    assert.instance(await failure(client.models.retrieve('hf:owner/repo/file.safetensors')), NotFoundError);
  });

  test('a wrong value names its field', async () => {
    const cases: [Partial<OpenAI.ImageGenerateParamsNonStreaming>, string, string][] = [
      [{ size: 'huge' as never }, 'size', 'invalid_value'],
      [{ n: 11 }, 'n', 'invalid_value'],
      [{ background: 'transparent' }, 'background', 'unsupported_value'],
      [{ prompt: '' }, 'prompt', 'invalid_value'],
    ];
    for (const [body, param, code] of cases) {
      const error = await failure(client.images.generate({ prompt, ...body }));
      assert.instance(error, BadRequestError, JSON.stringify(body));
      assert.equal([error.param, error.code], [param, code]);
    }
  });

  test('no token, a wrong one, and one that may only read', async () => {
    const as = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${server.url}/v1` }).images.generate({ prompt });
    const error = await failure(as('sk-wrong'));
    assert.instance(error, AuthenticationError);
    assert.is(error.code, 'invalid_api_key');
    assert.instance(await failure(as(await server.newToken('reader', 'read'))), PermissionDeniedError);
  });

  test('a picture that is none, an address, a mask without alpha or of another size', async () => {
    const base = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#3060c0' } })
      .png()
      .toBuffer();
    const image = await toFile(base, 'a.png');
    const noPicture = await failure(client.images.edit({ image: await toFile(Buffer.from('hello'), 'a.png'), prompt }));
    assert.equal([noPicture.status, noPicture.code], [400, 'invalid_image']);
    assert.match((await failure(client.images.edit({ image, mask: image, prompt }))).message, /mask: .* without an alpha channel/);
    const small = await sharp({ create: { width: 32, height: 32, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .png()
      .toBuffer();
    assert.match(
      (await failure(client.images.edit({ image, mask: await toFile(small, 'm.png'), prompt }))).message,
      /mask: expected the size of the picture, 64x64, got 32x32/,
    );
    const several = await failure(client.images.edit({ image: [image, await toFile(base, 'b.png')], prompt }));
    assert.match(several.message, /image: expected one picture for ai-artist-mini, got 2/);
    const body = { prompt, images: [{ image_url: 'http://169.254.169.254/latest' }] };
    const address = await failure(client.post('/images/edits', { body }));
    assert.match(address.message, /images\.0\.image_url: .* This server fetches nothing/);
  });

  test('a job that a person cancels: an error of its own, and no second job', async () => {
    const queue = await openQueueAt('file', server.home, undefined);
    const cancelNext = async (): Promise<void> => {
      for (;;) {
        const [waiting] = await queue.list(['waiting']);
        if (waiting) return void (await queue.cancel(waiting.id));
        await new Promise((done) => setTimeout(done, 50));
      }
    };
    const [error] = await Promise.all([failure(client.images.generate({ prompt })), cancelNext()]);
    assert.instance(error, ConflictError);
    assert.equal([error.code, error.param], ['aborted', null]);
    const stream = await client.images.generate({ prompt, stream: true });
    const read = async (): Promise<void> => {
      for await (const _ of stream) assert.unreachable();
    };
    const [inStream] = await Promise.all([failure(read()), cancelNext()]);
    assert.match(inStream.message, /it was cancelled/);
    const states = (await queue.list()).map(({ state }) => state);
    await queue.close();
    assert.equal(states, ['cancelled', 'cancelled']);
  });

  test('paths and methods that are not there', async () => {
    assert.instance(await failure(client.get('/images/other')), NotFoundError);
    assert.is((await failure(client.get('/images/generations'))).status, 405);
  });
});
