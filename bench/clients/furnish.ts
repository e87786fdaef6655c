/**
 * Fills a served home over its API, so that made-up requests reach things that exist: works, a collection, a search, jobs that wait and jobs
 * that are done, a schedule, a series, a period, a data set with a finished run and its samples, webhooks with dead deliveries, shares.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { fillGallery } from '../../test/web/fill.ts';

type Json = ReturnType<typeof JSON.parse>;

/** Values of parameters of paths, by the pattern of the path before them: `/api/v1/jobs/{id}/pictures/` -> `0`. */
export type KnownNames = Record<string, string[]>;

/** How many there are of what a request may remove. */
const each = 8;
const numbers = Array.from({ length: each }, (_, at) => at);

class Client {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** @param body sent as JSON, or as it is if it is a form */
  async ask(method: string, path: string, body?: object): Promise<Json> {
    const isForm = body instanceof FormData;
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body && !isForm && { 'content-type': 'application/json' }) },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  post(path: string, body: object = {}): Promise<Json> {
    return this.ask('POST', `/api/v1${path}`, body);
  }

  get(path: string): Promise<Json> {
    return this.ask('GET', `/api/v1${path}`);
  }

  /** Asks until an answer is as wanted. */
  async until(path: string, isRight: (answer: Json) => boolean): Promise<Json> {
    for (let tries = 0; tries < 600; tries++) {
      const answer = await this.get(path);
      if (isRight(answer)) return answer;
      await sleep(500);
    }
    throw new Error(`${path}: expected another answer within five minutes`);
  }
}

const small = { width: 64, height: 64, steps: 1 };

async function works(client: Client, gallery: string): Promise<KnownNames> {
  const ids = await fillGallery(gallery, { works: 60 });
  await client.until('/works?limit=1', ({ total }) => total >= ids.length);
  const names = numbers.map((at) => `known-${at}`);
  for (const [at, name] of names.entries()) {
    await client.ask('PATCH', `/api/v1/works/${ids[at]}`, { addCollections: [name], addTags: [name], rating: 4 });
    await client.ask('PATCH', `/api/v1/collections/${encodeURIComponent(name)}`, { description: 'known', pinned: at === 0 });
    await client.ask('PUT', `/api/v1/searches/${encodeURIComponent(name)}`, { query: 'rating:4' });
  }
  const done = await client.post('/works/actions', {
    action: { action: 'change', change: { addTags: ['all'] } },
    query: '',
    waitSeconds: 30,
  });
  return {
    '/api/v1/works/': ids,
    '/api/v1/collections/': names,
    '/api/v1/searches/': names,
    '/api/v1/operations/': [done.id],
  };
}

async function jobs(client: Client): Promise<KnownNames> {
  const done: string[] = [];
  for (const seed of [1, 2]) done.push((await client.post('/jobs', { prompt: 'a fox', options: { ...small, seed }, keep: false })).id);
  const kept = await client.post('/jobs', { prompt: 'a fox', options: small });
  for (const id of [...done, kept.id]) await client.until(`/jobs/${id}`, ({ state }) => state === 'done' || state === 'failed');
  return { '/api/v1/jobs/': [...done, kept.id], '/api/v1/jobs/{id}/pictures/': ['0'] };
}

/** Jobs that wait, for a server that does not paint. */
export async function furnishQueue(url: string, token: string): Promise<KnownNames> {
  const client = new Client(url, token);
  const waiting: string[] = [];
  for (const seed of [...numbers, 100, 101, 102, 103])
    waiting.push((await client.post('/jobs', { prompt: 'an owl', options: { ...small, seed } })).id);
  const grid = { prompt: 'an owl', options: small, x: { option: 'steps', values: [1, 2] }, y: { option: 'cfgScale', values: [3, 4] } };
  const { batch } = await client.post('/grids', grid);
  const sdcpp = await client.ask('POST', '/sdcpp/v1/img_gen', {
    prompt: 'an owl',
    width: 64,
    height: 64,
    sample_params: { sample_steps: 1 },
  });
  return { '/api/v1/jobs/': waiting, '/api/v1/batches/': [batch], '/sdcpp/v1/jobs/': [sdcpp.id] };
}

async function plans(client: Client): Promise<KnownNames> {
  const scheduled: string[] = [];
  for (const at of numbers)
    scheduled.push((await client.post('/schedule', { when: 'daily 00:00', name: `job ${at}`, topics: ['a fox'] })).job.id);
  const series = numbers.map((at) => `known-${at}`);
  for (const name of series) await client.post('/series', { name, works: 4, subjects: ['an owl'], styles: ['black ink drawing'] });
  const period = await client.post('/periods', { name: 'known' });
  return { '/api/v1/schedule/': scheduled, '/api/v1/series/': series, '/api/v1/periods/': [period.period.id] };
}

async function training(client: Client): Promise<KnownNames> {
  const name = 'stickers';
  await client.post('/training/datasets', { name, licence: 'own' });
  const form = new FormData();
  const files = numbers.map((at) => `p${at}.png`);
  for (const [at, file] of files.entries()) {
    const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: { r: at * 30, g: 90, b: 200 } } })
      .png()
      .toBuffer();
    form.append('files', new Blob([new Uint8Array(png)], { type: 'image/png' }), file);
  }
  form.set('captions', JSON.stringify(Object.fromEntries(files.map((file) => [file, 'flat sticker of a fox']))));
  await client.post(`/training/datasets/${name}/pictures`, form);
  const options = {
    ...{ resolution: 64, batchSize: 1, steps: 2, seed: 11, threads: 1, network: { rank: 2, targets: 'attention' } },
    ...{ samples: { every: 2, steps: 1, prompts: ['a fox'] }, checkpoints: { every: 1 } },
  };
  const run = (await client.post('/training/runs', { dataSet: name, options })).name;
  await client.until('/training/runs', ({ runs }) => !['waiting', 'running'].includes(runs[0].state));
  const [asked] = (await client.post(`/training/runs/${run}/samples`)).samples;
  await client.until(`/training/runs/${run}/samples`, (answer) => answer.asked.every((one: Json) => one.picture || one.state === 'failed'));
  return {
    '/api/v1/training/datasets/': [name],
    '/api/v1/training/datasets/{name}/pictures/': files,
    '/api/v1/training/runs/': [run],
    '/api/v1/training/runs/{name}/samples/asked/': [asked.job],
    '/api/v1/training/runs/{name}/samples/': ['2'],
    '/api/v1/training/runs/{name}/samples/{step}/': ['0'],
  };
}

/** @param receiver answers 410, so that deliveries are given up at once */
async function outside(client: Client, receiver: string): Promise<KnownNames> {
  const hooks: string[] = [];
  for (const _ of numbers) hooks.push((await client.post('/webhooks', { url: receiver, events: ['job.done'] })).id);
  for (const id of hooks) await client.post(`/webhooks/${id}/test`);
  const { deliveries } = await client.until('/webhook-deliveries?state=dead', (answer) => answer.deliveries.length >= hooks.length);
  const shares: Json[] = [];
  for (const _ of numbers) shares.push(await client.post('/shares', { title: 'known', which: { query: '' } }));
  for (const name of numbers) await client.post('/tokens', { name: `known-${name}`, scope: 'read' });
  return {
    '/api/v1/webhooks/': hooks,
    '/api/v1/webhook-deliveries/': deliveries.map(({ id }: Json) => id),
    '/api/v1/shares/': shares.slice(1).map(({ id }) => id),
    // Shares that no request removes.
    '/api/v1/shared/': [shares[0].secret],
    '/api/v1/tokens/': numbers.map((at) => `known-${at}`),
  };
}

/** @param gallery folder of the home's gallery  @param receiver see outside() */
export async function furnish(
  url: string,
  token: string,
  { gallery, receiver }: { gallery: string; receiver: string },
): Promise<KnownNames> {
  const client = new Client(url, token);
  const found = await works(client, gallery);
  const parts = [await jobs(client), await plans(client), await training(client), await outside(client, receiver)];
  const { data } = await client.ask('GET', '/v1/models');
  const ids = found['/api/v1/works/'] ?? [];
  return Object.assign(found, ...parts, { '/api/v1/shared/{secret}/works/': ids, '/v1/models/': data.map(({ id }: Json) => id) });
}
