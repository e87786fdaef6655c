/** Damaged and unfitting model files: the caller's fault if the request names them, the server's if the settings do. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match } from 'uvu/assert';
import { bundledModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from './serving.ts';

/** Safetensors whose header is said to be longer than the file. */
const damaged = Buffer.concat([Buffer.from([0xff, 0xff, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a":1}'), Buffer.alloc(600)]);

async function post({ url }: Serving, token: string, to: string, body: object): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${to}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}

const withLora = 'a fox <lora:broken:1>';
const dialects = (prompt: string): readonly (readonly [string, object])[] => [
  ['/api/v1/jobs', { prompt }],
  ['/v1/images/generations', { prompt }],
  ['/sdapi/v1/txt2img', { prompt }],
  ['/sdcpp/v1/img_gen', { prompt }],
];

suite('server: a damaged file that the request names', (test) => {
  let server: Serving;
  let admin: string;
  test.before(async () => {
    server = await serving({ paint: false });
    admin = await server.newToken('admin', 'admin');
    for (const folder of ['loras', 'models']) {
      mkdirSync(path.join(server.home, folder), { recursive: true });
      writeFileSync(path.join(server.home, folder, 'broken.safetensors'), damaged);
    }
  });
  test.after(() => server.close());

  for (const [to, body] of dialects(withLora))
    test(`a LoRA in ${to}: 400`, async () => {
      const { status, text } = await post(server, server.token, to, body);
      is(status, 400, text);
      match(text, /broken\.safetensors/);
    });

  for (const [name, body, message] of [
    ['a model', { prompt: 'a fox', model: 'broken.safetensors' }, /broken\.safetensors/],
    ['a part of another kind', { prompt: 'a fox', load: { vae: bundledModel().model } }, /vae: expected a VAE, got/],
  ] as const)
    test(`${name}: 400 with the code of a bad model file`, async () => {
      const { status, text } = await post(server, admin, '/api/v1/jobs', body);
      is(status, 400, text);
      const { code, message: said } = JSON.parse(text).error;
      equal(code, 'ERR_MODEL_FORMAT');
      match(said, message);
    });
});

suite('server: a damaged model in the settings', (test) => {
  let server: Serving;
  test.before(async () => {
    server = await serving({ paint: false }, 'model: models/broken.safetensors\n');
    mkdirSync(path.join(server.home, 'models'), { recursive: true });
    writeFileSync(path.join(server.home, 'models/broken.safetensors'), damaged);
  });
  test.after(() => server.close());

  for (const [to, body] of dialects('a fox'))
    test(`${to}: 500, and no path of the machine`, async () => {
      const { status, text } = await post(server, server.token, to, body);
      is(status, 500, text);
      is(text.includes(server.home), false, text);
    });
});
