/** What programs of other people send, and two of them at once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { newOrder } from '../../../lib/artist/index.ts';
import { homeOf, systemClock } from '../../../lib/core/index.ts';
import { openQueue } from '../../../lib/schedule/index.ts';
import { safetensors, tiny } from '../../engine/support.ts';
import { suite } from '../../harness.ts';
import { type Serving, serving } from '../serving.ts';
import { bytesOf, infoOf, type PaintAnswer, pixels, SdapiClient } from './client.ts';

const title = 'ai-artist-mini [daf39a1a9d]';
const small = { prompt: tiny.prompt, width: 64, height: 64, steps: 1, save_images: false };
/** Runs until it is stopped. */
const endless = { ...small, width: 128, height: 128, steps: 1000, n_iter: 4 };

interface Progress {
  progress: number;
  eta_relative: number;
  state: { job_count: number; job_no: number; sampling_steps: number };
  current_image: string | null;
  textinfo: string | null;
}
interface Task {
  active: boolean;
  queued: boolean;
  completed: boolean;
}

let server: Serving;
let one: SdapiClient;
let two: SdapiClient;
let reader: SdapiClient;

const progressOf = (client: SdapiClient): Promise<Progress> => client.read('/sdapi/v1/progress');
const pending = (client: SdapiClient): Promise<{ size: number; tasks: string[] }> => client.read('/internal/pending-tasks');

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await is()) return;
    await systemClock.sleep(50);
  }
  throw new Error(`${what}: not after 30 s`);
}
const isPainting = (client: SdapiClient) => async (): Promise<boolean> => (await progressOf(client)).state.sampling_steps > 0;
const isIdle = (client: SdapiClient) => async (): Promise<boolean> => {
  const { progress, state } = await progressOf(client);
  return progress === 0 && state.job_count === 0;
};

suite('sdapi: clients', (test) => {
  test.before(async () => {
    server = await serving();
    one = new SdapiClient(server);
    two = new SdapiClient({ url: server.url, token: await server.newToken('second', 'paint') });
    reader = new SdapiClient({ url: server.url, token: undefined });
  });
  test.after(() => server?.close());

  // backend/open_webui/routers/images.py: verify, list, select by posting all options back, paint, keep `info`.
  test('Open WebUI', async () => {
    const options = await one.read<Record<string, unknown>>('/sdapi/v1/options');
    assert.is(options['sd_model_checkpoint'], title);
    const [first] = await one.read<{ title: string; model_name: string }[]>('/sdapi/v1/sd-models');
    assert.equal([first?.title, first?.model_name], [title, 'ai-artist-mini']);
    const set = await one.post('/sdapi/v1/options', { ...options, sd_model_checkpoint: 'ai-artist-mini' });
    assert.equal([set.status, set.body], [200, null]);
    const answer = await one.call('/sdapi/v1/txt2img', {
      prompt: 'flat vector art of a fox',
      batch_size: 1,
      width: 64,
      height: 64,
      steps: 2,
    });
    assert.equal((await pixels(bytesOf(answer.images[0]))).width, 64);
    assert.type(answer.info, 'string');
    assert.is(infoOf(answer).steps, 2);
  });

  test('Open WebUI without a password sends an empty Authorization, and may read', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest(`${server.url}/sdapi/v1/options`, { headers: { authorization: '' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.is(status, 200);
  });

  // src/endpoints/stable-diffusion.js: ping, the menus, set-model, wait until idle, then the whole body of the page.
  test('SillyTavern', async () => {
    for (const list of ['options', 'samplers', 'schedulers', 'sd-models', 'sd-vae', 'sd-modules']) await one.read(`/sdapi/v1/${list}`);
    const names = async (list: string): Promise<string[]> =>
      (await one.read<{ name: string }[]>(`/sdapi/v1/${list}`)).map(({ name }) => name);
    const [none, ...others] = await names('upscalers');
    assert.is(none, 'None');
    const upscalers = [none, ...(await names('latent-upscale-modes')), ...others];
    assert.is(upscalers[1], 'Latent');
    assert.equal((await one.post('/sdapi/v1/options', { sd_model_checkpoint: title })).body, null);
    assert.ok(await isIdle(one)());
    const answer = await one.call('/sdapi/v1/txt2img', {
      url: 'http://localhost:7860',
      auth: 'me:secret of the page',
      prompt: 'flat vector art of a fox',
      negative_prompt: 'lowres, bad anatomy',
      sampler_name: 'DPM++ 2M',
      scheduler: 'karras',
      steps: 2,
      cfg_scale: 7,
      width: 64,
      height: 64,
      restore_faces: false,
      enable_hr: false,
      hr_upscaler: 'Latent',
      hr_scale: 2,
      denoising_strength: 0.7,
      hr_second_pass_steps: 0,
      seed: 7,
      override_settings: { CLIP_stop_at_last_layers: 1, sd_vae: 'Automatic', forge_additional_modules: [] },
      override_settings_restore_afterwards: true,
      clip_skip: 1,
      save_images: true,
      send_images: true,
      do_not_save_grid: false,
      do_not_save_samples: false,
    });
    assert.is(bytesOf(answer.images[0]).subarray(1, 4).toString(), 'PNG');
    const info = infoOf(answer);
    assert.equal([info.sampler_name, info.negative_prompt, info.seed], ['DPM++ 2M', 'lowres, bad anatomy', 7]);
    assert.match(info.infotexts[0] ?? '', /Schedule type: Karras/);
    assert.not.ok(JSON.stringify(answer.parameters).includes('secret'));
  });

  // api/app/clients/tools/structured/StableDiffusion.js; the token is part of SD_WEBUI_URL, which axios sends as Basic.
  test('LibreChat', async () => {
    const payload = { prompt: 'flat vector art of a fox', negative_prompt: 'snow', cfg_scale: 4.5, steps: 22, width: 1024, height: 1024 };
    const answer: PaintAnswer = await one.call('/sdapi/v1/txt2img', { ...payload, steps: 1, width: 128, height: 128 });
    const [image = ''] = answer.images;
    const { width } = await pixels(Buffer.from(image.split(',', 1)[0] ?? '', 'base64'));
    const info = JSON.parse(answer.info) as { width: number; height: number; seed: number; infotexts: string[] };
    assert.equal([width, info.width, info.height], [128, 128, 128]);
    assert.type(info.seed, 'number');
    assert.match(info.infotexts[0]?.split('\n').pop() ?? '', /^Steps: 1, .*CFG scale: 4\.5/);
  });

  // aiyabot core/settings.py: 200 of cmd-flags, then HEAD /, then a form to /login whose answer it ignores.
  test('what bots probe is harmless', async () => {
    const flags = await one.read<Record<string, unknown>>('/sdapi/v1/cmd-flags');
    assert.ok(Object.values(flags).every((value) => typeof value === 'boolean'));
    const form = { method: 'POST', body: new URLSearchParams({ username: 'a', password: 'b' }) };
    for (const answer of [await fetch(`${server.url}/`, { method: 'HEAD' }), await fetch(`${server.url}/login`, form)])
      assert.ok(answer.status < 500, String(answer.status));
    for (const list of [
      'embeddings',
      'prompt-styles',
      'face-restorers',
      'hypernetworks',
      'realesrgan-models',
      'scripts',
      'script-info',
      'extensions',
      'memory',
    ])
      await one.read(`/sdapi/v1/${list}`);
    for (const call of ['refresh-checkpoints', 'refresh-vae', 'refresh-loras', 'unload-checkpoint', 'reload-checkpoint'])
      assert.equal(await one.call(`/sdapi/v1/${call}`), {});
    assert.equal(await one.read('/internal/ping'), {});
    for (const call of ['server-kill', 'server-restart', 'server-stop']) assert.is((await one.post(`/sdapi/v1/${call}`)).status, 404);
  });

  test('nothing that can be read names a place of the machine or a token', async () => {
    const lists = [
      'options',
      'sd-models',
      'sd-vae',
      'upscalers',
      'loras',
      'realesrgan-models',
      'cmd-flags',
      'memory',
      'progress',
      'prompt-styles',
    ];
    const texts = await Promise.all(lists.map(async (list) => JSON.stringify(await one.read(`/sdapi/v1/${list}`))));
    for (const secret of [server.home, server.token, process.cwd()]) assert.not.ok(texts.join('').includes(secret), secret);
  });

  test('autoencoders and upscalers in the home are listed and chosen by their names', async () => {
    const { models } = homeOf(server.home);
    mkdirSync(models, { recursive: true });
    const tensor = { shape: [4] };
    writeFileSync(path.join(models, 'soft.safetensors'), safetensors({ 'encoder.conv_in.weight': tensor }));
    writeFileSync(
      path.join(models, 'sharp-x4.safetensors'),
      safetensors({ 'conv_first.weight': tensor, 'body.0.rdb1.conv1.weight': tensor }),
    );
    const soft = { model_name: 'soft.safetensors', filename: 'soft.safetensors' };
    assert.equal(await one.read('/sdapi/v1/sd-vae'), [soft]);
    const upscaler = { name: 'sharp-x4', model_name: 'sharp-x4', model_path: null, model_url: null, scale: 4 };
    assert.equal((await one.read<object[]>('/sdapi/v1/upscalers')).at(-1), upscaler);
    const vae = async () => (await one.read<Record<string, unknown>>('/sdapi/v1/options'))['sd_vae'];
    await one.call('/sdapi/v1/options', { sd_vae: 'soft.safetensors' });
    assert.is(await vae(), 'soft.safetensors');
    await one.call('/sdapi/v1/options', { sd_vae: 'Automatic' });
    assert.is(await vae(), 'Automatic');
  });

  test('options belong to the client that sets them, and unknown ones are ignored', async () => {
    await one.call('/sdapi/v1/options', { CLIP_stop_at_last_layers: 2, no_such_option: 1, samples_format: 'webp' });
    const layers = async (client: SdapiClient) =>
      (await client.read<Record<string, unknown>>('/sdapi/v1/options'))['CLIP_stop_at_last_layers'];
    assert.equal([await layers(one), await layers(two), await layers(reader)], [2, 1, 1]);
    await one.call('/sdapi/v1/options', { CLIP_stop_at_last_layers: 1 });
  });

  for (const [path, body, status, detail] of [
    ['txt2img', '{', 422, [{ loc: ['body'], msg: 'JSON decode error', type: 'json_invalid' }]],
    ['txt2img', { steps: 'x' }, 422, [{ loc: ['body', 'steps'], msg: 'expected an integer, got "x"', type: 'value_error' }]],
    ['txt2img', { prompt: 'x', sampler_index: 'UniPC' }, 400, 'Sampler not found'],
    ['txt2img', { prompt: 'x', script_name: 'X/Y/Z plot' }, 422, "Script 'X/Y/Z plot' not found"],
    ['txt2img', { prompt: 'x', alwayson_scripts: { ADetailer: { args: [] } } }, 422, 'always on script ADetailer not found'],
    ['txt2img', { prompt: 'x', override_settings: { sd_model_checkpoint: '../x' } }, 404, "model '../x' not found"],
    ['txt2img', { prompt: 'x', override_settings: { sd_vae: 'x.pt' } }, 404, "VAE 'x.pt' not found"],
    ['img2img', {}, 404, 'Init image not found'],
    ['options', { sd_model_checkpoint: 'x' }, 404, "model 'x' not found"],
    ['interrogate', { image: '', model: 'clip' }, 404, 'Model not found: this server has no network that describes pictures in words'],
  ] as const)
    test(`${path} ${JSON.stringify(body).slice(0, 60)} is ${status}`, async () => {
      const answer = await one.post(`/sdapi/v1/${path}`, body);
      assert.equal([answer.status, answer.body], [status, { detail }]);
    });

  for (const [name, picture] of [
    ['an address', 'http://127.0.0.1:1/x.png'],
    ['no picture', Buffer.from('hello').toString('base64')],
    ['a damaged picture', Buffer.from('\x89PNG\r\n\x1a\nabc', 'latin1').toString('base64')],
    ['an SVG', `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64')}`],
  ] as const)
    test(`${name} is refused wherever a picture is sent`, async () => {
      for (const [path, body] of [
        ['img2img', { init_images: [picture] }],
        ['extra-single-image', { image: picture, upscaler_1: 'Lanczos' }],
        ['png-info', { image: picture }],
      ] as const) {
        const answer = await one.post(`/sdapi/v1/${path}`, body);
        // png-info reads what can be read of a damaged file.
        if (path === 'png-info' && name === 'a damaged picture') continue;
        assert.is(answer.status, 400, `${path}: ${JSON.stringify(answer.body)}`);
        assert.type((answer.body as { detail: unknown }).detail, 'string');
      }
    });

  test('upscalers that do not exist are refused with the list of those that do', async () => {
    const answer = await one.post('/sdapi/v1/txt2img', { prompt: 'x', enable_hr: true, hr_upscaler: 'LDSR' });
    assert.is(answer.status, 422);
    assert.match(JSON.stringify(answer.body), /could not find upscaler named LDSR\. There are: Latent, .*R-ESRGAN 4x\+ Anime6B/);
  });

  test('without a token nothing is painted, and the answer is of FastAPI', async () => {
    const { status, body } = await reader.post('/sdapi/v1/txt2img', small);
    assert.ok(status === 401 || status === 403, String(status));
    assert.type((body as { detail: unknown }).detail, 'string');
  });

  test('two clients: each sees its own progress, and stops its own work alone', async () => {
    const painting = one.post('/sdapi/v1/txt2img', { ...endless, force_task_id: 'task of one' });
    await until('painting', isPainting(one));
    const mine = await progressOf(one);
    assert.ok(mine.progress > 0 && mine.progress < 1, String(mine.progress));
    assert.equal([mine.state.job_count, mine.state.sampling_steps], [4, 1000]);
    await until('a preview', async () => (await progressOf(one)).current_image !== null);
    assert.equal([...bytesOf((await progressOf(one)).current_image).subarray(0, 2)], [0xff, 0xd8], 'a JPEG');
    assert.is((await one.read<Progress>('/sdapi/v1/progress?skip_current_image=true')).current_image, null);
    assert.ok(await isIdle(two)(), 'a client without work is idle');
    assert.ok(await isIdle(reader)());
    assert.equal(
      [await pending(one), await pending(two)],
      [
        { size: 1, tasks: ['task of one'] },
        { size: 0, tasks: [] },
      ],
    );
    const task = (client: SdapiClient) => client.call<Task>('/internal/progress', { id_task: 'task of one', id_live_preview: -1 });
    const { active, queued, completed } = await task(one);
    assert.equal([active, queued, completed], [true, false, false]);
    assert.is((await task(two)).active, false);

    await two.call('/sdapi/v1/interrupt');
    assert.is((await two.post('/sdapi/v1/skip')).body, null);
    await systemClock.sleep(300);
    assert.ok(await isPainting(one)(), 'still painting');

    assert.equal(await one.call('/sdapi/v1/interrupt'), {});
    const { status, body } = await painting;
    assert.is(status, 200);
    assert.ok(infoOf(body as PaintAnswer).comments.some((line) => line.startsWith('interrupted')));
    assert.ok(await isIdle(one)());
    assert.is((await task(one)).completed, true);
  });

  test('the same token: interrupt stops no work of another API', async () => {
    const prompt = `${tiny.prompt} <sd_cpp_extra_args>{"seed":7,"width":128,"height":128,"sample_params":{"sample_steps":20}}</sd_cpp_extra_args>`;
    const other = one.post('/v1/images/generations', { prompt, size: '128x128' });
    await systemClock.sleep(300);
    assert.ok(await isIdle(one)(), 'nor does it count as progress');
    await one.call('/sdapi/v1/interrupt');
    assert.is((await other).status, 200);
  });

  test("a work of the artist's schedule is no progress of a client, and no interrupt stops it", async () => {
    const queue = await openQueue({ driver: 'file', home: server.home });
    const order = newOrder({ prompt: tiny.prompt, width: 128, height: 128, steps: 40, candidates: 1, upscale: false });
    const { id } = await queue.add({ order: { ...order }, rotation: null, since: 0 }, { id: 'painted-by-the-artist', attempts: 1 });
    await until('painting', async () => (await queue.get(id))?.state === 'running');
    for (const client of [one, two]) {
      assert.ok(await isIdle(client)());
      await client.call('/sdapi/v1/interrupt');
      await client.post('/sdapi/v1/skip');
    }
    assert.is((await queue.wait(id)).state, 'done');
    await queue.close();
  });

  test('a client that leaves cancels its job', async () => {
    const leaving = new AbortController();
    const painting = two.post('/sdapi/v1/txt2img', endless, leaving.signal);
    painting.catch(() => undefined);
    await until('painting', isPainting(two));
    leaving.abort();
    await until('cancelled', isIdle(two));
  });
});
