/** How many pixels one job may have: asked through each API, in the shape of its errors, and by every way around the number of pictures. */
import { equal, is, match } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from './serving.ts';

const tooMany = /expected width x height x batchCount of at most 100 million pixels, got 4295 million\. .*server\.jobMegapixels/;
const extra = (more: object): string => `a fox <sd_cpp_extra_args>${JSON.stringify(more)}</sd_cpp_extra_args>`;

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of four APIs
  body: any;
}

async function send({ url, token }: Serving, path: string, body: object, method = 'POST'): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

async function jobsOf({ url, token }: Serving): Promise<{ id: string; state: string }[]> {
  const answer = await fetch(`${url}/api/v1/jobs`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { jobs: { id: string; state: string }[] }).jobs;
}

suite('server: pixels of a job', (test) => {
  let server: Serving;
  test.before(async () => {
    server = await serving({ paint: false });
  });
  test.after(() => server.close());

  const refused: readonly (readonly [string, object, number, (body: Answer['body']) => string, unknown?])[] = [
    [
      '/api/v1/jobs',
      { prompt: 'a fox', options: { width: 8192, height: 8192, batchCount: 64 } },
      400,
      ({ error }) => error.message,
      ({ error }: Answer['body']) => equal([error.code, typeof error.requestId], ['ERR_INVALID_ARGUMENT', 'string']),
    ],
    [
      '/v1/images/generations',
      { prompt: extra({ width: 8192, height: 8192, batch_count: 64 }) },
      400,
      ({ error }) => error.message,
      ({ error }: Answer['body']) => equal([error.type, error.code, error.param], ['invalid_request_error', 'invalid_value', 'n']),
    ],
    ['/sdapi/v1/txt2img', { prompt: 'a fox', width: 8192, height: 8192, batch_size: 8, n_iter: 8 }, 400, ({ detail }) => detail as string],
    [
      '/sdcpp/v1/img_gen',
      { prompt: 'a fox', width: 8192, height: 8192, batch_count: 64 },
      400,
      ({ error }) => error,
      ({ code }: Answer['body']) => is(code, 'ERR_INVALID_ARGUMENT'),
    ],
  ];
  for (const [path, body, status, messageOf, more] of refused)
    test(`${path}: 64 pictures of 8192 x 8192 are refused, and nothing is queued`, async () => {
      const answer = await send(server, path, body);
      is(answer.status, status, JSON.stringify(answer.body));
      match(messageOf(answer.body), tooMany);
      (more as ((body: unknown) => void) | undefined)?.(answer.body);
      equal(await jobsOf(server), []);
    });

  test('a second pass counts with its own size', async () => {
    const options = { width: 1024, height: 1024, batchCount: 32, hires: { scale: 2 } };
    const answer = await send(server, '/api/v1/jobs', { prompt: 'a fox', options });
    is(answer.status, 400);
    match(answer.body.error.message, /got 134\.2 million/);
  });

  test('so do the candidates of the artist', async () => {
    const order = { kind: 'create', options: { prompt: 'a fox', width: 2048, height: 2048, candidates: 64 } };
    const answer = await send(server, '/api/v1/jobs', order);
    is(answer.status, 400);
    match(answer.body.error.message, /^candidates: .*got 268\.4 million/);
  });

  test('no cell of a grid and no change of a waiting job has more', async () => {
    const small = { prompt: 'a fox', options: { width: 1024, height: 1024 } };
    const grid = await send(server, '/api/v1/grids', {
      ...small,
      x: { option: 'batchCount', values: [1, 64] },
      y: { option: 'width', values: [1024, 4096] },
    });
    is(grid.status, 400);
    match(grid.body.error.message, /^cell 3: batchCount: /);
    const { body: job } = await send(server, '/api/v1/jobs', small);
    const change = await send(server, `/api/v1/jobs/${job.id}`, { options: { width: 8192, height: 8192, batchCount: 2 } }, 'PATCH');
    is(change.status, 400, JSON.stringify(change.body));
    equal(
      (await jobsOf(server)).filter(({ state }) => state === 'waiting').map(({ id }) => id),
      [job.id],
    );
  });

  test('a full batch at the size of SDXL is taken', async () => {
    const options = { width: 1024, height: 1024, batchCount: 64 };
    is((await send(server, '/api/v1/jobs', { prompt: 'a fox', options })).status, 202);
  });
});

suite('server: pixels of a job, set to 0.1 million', (test) => {
  let server: Serving;
  test.before(async () => {
    server = await serving({ paint: false }, 'server:\n  jobMegapixels: 0.1\n');
  });
  test.after(() => server.close());

  for (const [name, options, status] of [
    ["six pictures of the model's own size, 128 x 128", { batchCount: 6 }, 202],
    ['seven', { batchCount: 7 }, 400],
    ['one of 320 x 320', { width: 320, height: 320 }, 400],
  ] as const)
    test(`${name}: ${status}`, async () => is((await send(server, '/api/v1/jobs', { prompt: 'a fox', options })).status, status));
});
