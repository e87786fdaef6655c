/** Requests as programs send them, written after their source: Open WebUI, LibreChat and the AI SDK of Vercel. */
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { suite } from '../../harness.ts';
import { type Serving, serving } from '../serving.ts';

interface Recorded {
  program: string;
  path: string;
  headers?: Record<string, string>;
  body: Record<string, unknown> | FormData;
  as: 'b64_json' | 'url';
}

const prompt = 'A majestic fox sitting in fresh snow, flat vector art';
const picture = await sharp({ create: { width: 128, height: 128, channels: 3, background: '#3060c0' } })
  .png()
  .toBuffer();

/** @param images name of the part and of the file */
function form(fields: Record<string, string>, images: readonly [string, string][]): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  for (const [part, file] of images) data.append(part, new Blob([new Uint8Array(picture)], { type: 'image/png' }), file);
  return data;
}

const requests: Recorded[] = [
  {
    program: 'Open WebUI, engine openai',
    path: '/v1/images/generations',
    headers: {
      'x-openwebui-user-name': 'Ann',
      'x-openwebui-user-id': '1',
      'x-openwebui-user-email': 'ann@example.org',
      'x-openwebui-user-role': 'user',
    },
    body: { model: 'dall-e-2', prompt, n: 1, size: '512x512', response_format: 'b64_json' },
    as: 'b64_json',
  },
  {
    program: 'Open WebUI, a GPT image model and an API version',
    path: '/v1/images/generations?api-version=2025-04-01-preview',
    body: { model: 'gpt-image-1', prompt, n: 2, size: '1024x1024' },
    as: 'b64_json',
  },
  {
    program: 'Open WebUI, an edit',
    path: '/v1/images/edits',
    body: form({ model: 'gpt-image-1', prompt, n: '1', size: '1024x1024' }, [['image', 'image.png']]),
    as: 'b64_json',
  },
  {
    program: 'LibreChat, DALL-E 3',
    path: '/v1/images/generations',
    headers: { 'x-stainless-retry-count': '0', 'x-stainless-lang': 'js' },
    body: { model: 'dall-e-3', quality: 'standard', style: 'vivid', size: '1024x1024', prompt, n: 1 },
    as: 'url',
  },
  {
    program: 'LibreChat, GPT image',
    path: '/v1/images/generations',
    body: {
      model: 'gpt-image-1',
      prompt,
      n: 1,
      background: 'auto',
      quality: 'auto',
      size: 'auto',
      output_format: 'webp',
      output_compression: 100,
      user: 'u',
    },
    as: 'b64_json',
  },
  {
    program: 'LibreChat, an edit',
    path: '/v1/images/edits',
    body: form({ model: 'gpt-image-1', prompt, n: '1', quality: 'auto', size: 'auto' }, [['image[]', 'image_0.png']]),
    as: 'b64_json',
  },
  {
    program: 'AI SDK, openai-compatible',
    path: '/v1/images/generations',
    body: { model: 'ai-artist-mini', prompt, n: 1, size: '128x128', response_format: 'b64_json' },
    as: 'b64_json',
  },
];

suite('openai: requests of other programs', (test) => {
  let server: Serving;
  test.before(async () => {
    server = await serving({}, 'paint:\n  steps: 2\n');
  });
  test.after(() => server.close());

  for (const { program, path: route, headers, body, as } of requests)
    test(program, async () => {
      const json = !(body instanceof FormData);
      const response = await fetch(`${server.url}${route}`, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${server.token}`, ...(json && { 'content-type': 'application/json' }) },
        body: json ? JSON.stringify(body) : body,
      });
      const answer = JSON.parse(await response.text());
      assert.is(response.status, 200, JSON.stringify(answer));
      assert.is(answer.data.length, json ? (body['n'] ?? 1) : 1);
      for (const item of answer.data) {
        assert.equal(Object.keys(item), [as]);
        const file = as === 'url' ? await (await fetch(item.url)).arrayBuffer() : Buffer.from(item.b64_json, 'base64');
        const { format, width, height } = await sharp(file).metadata();
        assert.equal([format, width, height], [answer.output_format, 128, 128]);
      }
    });
});
