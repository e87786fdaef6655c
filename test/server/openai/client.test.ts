/** The official client of OpenAI, unmodified, against a real server with the bundled model. */
import { rmSync } from 'node:fs';
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, PermissionDeniedError, toFile } from 'openai';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { loadModel } from '../../../lib/engine/index.ts';
import { decodeImage, readRecipe } from '../../../lib/image/index.ts';
import { suite } from '../../harness.ts';
import { type Serving, serving } from '../serving.ts';

const prompt = 'flat vector art of a fox in the snow';
/** Quick, and the same picture each time. */
const quick = (settings: object = {}) =>
  `${prompt} <sd_cpp_extra_args>${JSON.stringify({ seed: 7, width: 64, height: 64, sample_params: { sample_steps: 2 }, ...settings })}</sd_cpp_extra_args>`;

let server: Serving;
let client: OpenAI;

function bytesOf(text: string | undefined | null): Buffer {
  assert.type(text, 'string');
  return Buffer.from(text as string, 'base64');
}

/** The pixels of model.generate() with these options. */
async function painted(options: object): Promise<Buffer> {
  const model = await loadModel();
  try {
    const { images } = await model.generate({ prompt, seed: 7, width: 64, height: 64, steps: 2, ...options });
    return Buffer.from(images[0]?.data ?? []);
  } finally {
    await model.dispose();
  }
}

suite('openai: the official client', (test) => {
  test.before(async () => {
    server = await serving();
    client = new OpenAI({ apiKey: server.token, baseURL: `${server.url}/v1` });
  });
  test.after(() => server.close());

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
});
