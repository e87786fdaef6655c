/** Orders of this version and of version 1: all stored options reach the picture. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import {
  createArtist,
  handOver,
  newOrder,
  type OrderOptions,
  optionsOfOrder,
  type PaintedOrder,
  paintHere,
  paintOrder,
  paintTasks,
  readOrder,
} from '../../../lib/artist/index.ts';
import { isArtistError, writeFileAtomic } from '../../../lib/core/index.ts';
import { Gallery } from '../../../lib/gallery/index.ts';
import { openQueue, ScheduleStore, type TaskQueue } from '../../../lib/schedule/index.ts';
import { cliSeries, jsonOf } from '../../bin/support.ts';
import { styleLora } from '../../engine/support.ts';
import { suite } from '../../harness.ts';
import { startRedis } from '../../schedule/redis.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist orders 🎨-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;
const newHome = (): string => path.join(scratch, `home ${homes++}`);

/** An order as version 1 wrote it, with flags of the command line. */
const everyFlag = {
  prompt: 'an {owl|fox}',
  create: {
    candidates: '2',
    clip: '/clip',
    taste: '/taste.json',
    reject: ['a photograph'],
    score: true,
    width: 64,
    height: 128,
    steps: 3,
    sampler: 'dpm++2m',
    cfg: 3.5,
    lora: [{ path: 'ink', weight: 0.7 }, { path: '/loras/b.safetensors' }],
    model: 'sd-turbo',
    style: [{ name: 'flat vector art', weight: 2 }, { name: 'retro cartoon' }],
    expand: false,
    upscale: false,
  },
};

async function homeWithLora(): Promise<{ home: string; order: (steps: number) => object }> {
  const home = newHome();
  const file = path.join(home, 'loras', 'ink.safetensors');
  await writeFileAtomic(file, styleLora(1));
  const create = { width: 64, height: 64, sampler: 'dpm++2m', cfg: 1.5, lora: [{ path: 'ink', weight: 0.5 }], upscale: false };
  return { home, order: (steps) => ({ prompt: 'a penguin', create: { ...create, steps } }) };
}

/** The painting options in the record of a work. */
async function paintedWith(home: string, { id }: PaintedOrder): Promise<unknown> {
  const { recipe } = await new Gallery({ home }).get(id ?? '');
  return [recipe?.prompt, recipe?.cfgScale, recipe?.steps, recipe?.sampler, recipe?.loras?.map(({ name, weight }) => [name, weight])];
}
const expected = (steps: number): unknown => ['a penguin', 1.5, steps, 'dpm++2m', [['ink.safetensors', 0.5]]];

suite('orders', { timeoutMs: 120_000 }, (test) => {
  // [payload, code, message]
  const wrong: [unknown, string, RegExp][] = [
    [null, 'ERR_INVALID_ARGUMENT', /^order: expected an object, got null/],
    [{ prompt: 'a fox' }, 'ERR_INVALID_ARGUMENT', /^create: expected an object, got undefined/],
    [{ version: 3, prompt: 'a fox' }, 'ERR_NEWER_VERSION', /^order: expected version 2 or older, got 3\. .*update this one/],
    [{ version: '2' }, 'ERR_INVALID_ARGUMENT', /^version: expected 2, got "2"/],
    [{ version: 0 }, 'ERR_INVALID_ARGUMENT', /^version: expected 2, got 0/],
    [{ version: 2, cfg: 2 }, 'ERR_INVALID_ARGUMENT', /^cfg: unknown option of order\(\)/],
    [{ version: 2, seed: 7 }, 'ERR_INVALID_ARGUMENT', /^seed: unknown option of order\(\)/],
    [{ version: 2, steps: 0 }, 'ERR_INVALID_ARGUMENT', /^steps: expected a number of at least 1, got 0/],
    [{ create: { candidates: 'many' } }, 'ERR_INVALID_ARGUMENT', /^candidates: expected auto or an integer 1\.\.64, got "many"/],
    [{ create: { cfgScale: 2 } }, 'ERR_INVALID_ARGUMENT', /^create\.cfgScale: unknown option/],
  ];
  for (const [payload, code, message] of wrong) {
    test(`refuses ${JSON.stringify(payload)}`, () => {
      try {
        readOrder(payload);
      } catch (error) {
        assert.ok(isArtistError(error));
        assert.is(error.code, code);
        assert.match(error.message, message);
        return;
      }
      assert.unreachable('it was read');
    });
  }
  for (const name of ['seed', 'subject', 'initImage', 'gallery', 'task', 'onPlan'])
    test(`an order has no ${name}`, () =>
      assert.throws(() => newOrder({ [name]: 'x' } as OrderOptions), new RegExp(`^${name}: unknown option of order`)));

  test('version 1 is read under the names of create()', () => {
    const { cfg: cfgScale, lora: loras, candidates: _, ...same } = everyFlag.create;
    const order = { version: 2, prompt: 'an {owl|fox}', ...same, candidates: 2, cfgScale, loras };
    assert.equal(readOrder(everyFlag), order);
    assert.equal(readOrder(JSON.parse(JSON.stringify(order))), order);
    assert.equal(readOrder({ create: { candidates: 'auto' } }), { version: 2, candidates: 'auto' });
  });

  test('a topic name stands for its subjects; the prompt of a turn replaces that of the order', () => {
    const order = newOrder({ prompt: 'Garden', steps: 2 });
    assert.equal(optionsOfOrder(order, { garden: ['a rose'] }), { topic: 'Garden', steps: 2 });
    assert.equal(optionsOfOrder(order, {}), { prompt: 'Garden', steps: 2 });
    assert.equal(optionsOfOrder(order, {}, 'a fox'), { prompt: 'a fox', steps: 2 });
  });

  test('paths of files become absolute; aliases and fields that are not given stay', () => {
    const before = newOrder({ model: 'package.json', loras: [{ path: 'ink' }], steps: 2 });
    assert.equal(before, { version: 2, model: path.resolve('package.json'), loras: [{ path: 'ink' }], steps: 2 });
    assert.equal(newOrder({ steps: 3, cfgScale: 2, model: undefined } as OrderOptions, before), { ...before, steps: 3, cfgScale: 2 });
  });

  test('version 1 paints: in this process, and from the tasks of a file and of a Redis', async () => {
    const { home, order } = await homeWithLora();
    await using artist = await createArtist({ home });
    const { signal } = new AbortController();
    const here = await paintHere(artist)({ ...scheduled('a'), payload: order(1) as never, rotation: undefined, signal });
    assert.equal(await paintedWith(home, here as PaintedOrder), expected(1));
    const redis = await startRedis();
    const open: [number, () => Promise<TaskQueue>][] = [
      [2, () => openQueue({ driver: 'file', home })],
      [3, () => openQueue({ driver: 'bullmq', url: redis.url, name: 'orders' })],
    ];
    try {
      for (const [steps, opened] of open) {
        const queue = await opened();
        const task = { ...scheduled(`q${steps}`), payload: order(steps) as never, rotation: undefined };
        // The previous version added the task. This one waits for it under the same id and must recognise it as its own.
        await queue.add({ order: task.payload, rotation: null, since: task.dueAt - 86_400_000 }, { id: task.id, attempts: 1 });
        const lookUp = async (id: string) => ((await queue.get(id)) ? { settled: undefined } : undefined);
        const worker = await queue.work(paintTasks(artist, lookUp));
        const done = await handOver(queue, { warn: (line) => assert.unreachable(line) })({ ...task, signal });
        assert.equal(await paintedWith(home, done as PaintedOrder), expected(steps));
        await worker.stop();
        await queue.close();
      }
    } finally {
      await redis.stop();
    }
  });

  test('a job of version 1 is shown under library names, and edited', async () => {
    const { home, order } = await homeWithLora();
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 09:00', timeZone: 'UTC', payload: order(2) as never });
    await store.add({ when: 'daily 10:00', timeZone: 'UTC', payload: 'of another program' });
    const [shown, listed, edited, about] = await cliSeries([
      ['schedule', 'show', 'j1', '--json', '--home', home],
      ['schedule', 'list', '--json', '--home', home],
      ['schedule', 'edit', 'j1', '--steps', '3', '--cfg', '1.5', '--json', '--home', home],
      ['schedule', 'edit', 'j1', '--topic', 'a red fox', '--json', '--home', home],
    ]);
    const loras = [{ path: 'ink', weight: 0.5 }];
    const same = { width: 64, height: 64, sampler: 'dpm++2m', upscale: false, cfgScale: 1.5, loras };
    const payloadOf = (result: typeof shown, name = 'job'): unknown =>
      (jsonOf(result as NonNullable<typeof shown>)[name] as { payload: unknown }).payload;
    assert.equal(payloadOf(shown), { version: 2, prompt: 'a penguin', ...same, steps: 2 });
    assert.equal(
      (jsonOf(listed as NonNullable<typeof listed>)['jobs'] as { payload: unknown }[]).map(({ payload }) => payload),
      [{ version: 2, prompt: 'a penguin', ...same, steps: 2 }, 'of another program'],
    );
    assert.equal(payloadOf(edited), { version: 2, prompt: 'a penguin', ...same, steps: 3 });
    assert.equal(payloadOf(about), { version: 2, prompt: 'a red fox', ...same, steps: 3 });
    const stored = JSON.parse(readFileSync(path.join(home, 'state', 'schedule.json'), 'utf8'));
    assert.equal(stored.data.jobs[0].payload, payloadOf(about));
    await using artist = await createArtist({ home });
    const { signal } = new AbortController();
    const painted = await paintOrder({ id: 'e', attempt: 1, payload: stored.data.jobs[0].payload, signal }, artist);
    assert.equal(await paintedWith(home, painted), ['a red fox', ...(expected(3) as unknown[]).slice(1)]);
  });
});

/** A scheduled work without its order. */
function scheduled(id: string) {
  return { id: `hdwsx4esqdz.${id}`, runId: id, jobId: 'j1', index: 0, of: 1, attempt: 1, dueAt: 1_736_935_283_275 };
}
