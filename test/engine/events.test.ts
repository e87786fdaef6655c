import * as assert from 'uvu/assert';
import { EventQueue } from '../../lib/engine/jobs/event-queue.ts';
import { type GenerateEvent, loadModel, type Model } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { artistFailure, failure, tiny } from './support.ts';

suite('event queue', (test) => {
  const queue = (limit?: number) => new EventQueue<{ type: string; n: number }>(new Set(['sample', 'preview']), limit);
  const drain = async (from: ReturnType<typeof queue>): Promise<string> => {
    const seen: string[] = [];
    for (let event = await from.next(); event; event = await from.next()) seen.push(`${event.type}${event.n}`);
    return seen.join(' ');
  };

  test('only the newest progress of each kind is kept', async () => {
    const events = queue();
    for (let n = 0; n < 1000; n++) {
      events.push({ type: 'sample', n });
      events.push({ type: 'preview', n });
    }
    events.end();
    assert.is(await drain(events), 'sample999 preview999');
  });

  test('progress before an event that stays is kept with it', async () => {
    const events = queue();
    for (const [type, n] of [
      ['sample', 1],
      ['sample', 2],
      ['image', 0],
      ['sample', 3],
      ['sample', 4],
    ] as const)
      events.push({ type, n });
    events.end();
    assert.is(await drain(events), 'sample2 image0 sample4');
  });

  test('the queue never holds more than its limit', () => {
    const events = queue(10);
    for (let n = 0; n < 5000; n++) events.push({ type: 'warning', n });
    assert.is(events.length, 10);
  });

  test('an error comes once, after the events before it', async () => {
    const events = queue();
    events.push({ type: 'sample', n: 1 });
    events.end({ error: new Error('broken') });
    assert.is((await events.next())?.n, 1);
    assert.is(((await failure(events.next())) as Error).message, 'broken');
    assert.is(await events.next(), undefined);
  });

  test('a waiting consumer wakes up', async () => {
    const events = queue();
    const next = events.next();
    events.push({ type: 'image', n: 3 });
    assert.is((await next)?.n, 3);
  });
});

suite('events of a run', (test) => {
  let model: Model;
  test.before(async () => {
    model = await loadModel();
  });
  test.after(() => model.dispose());

  test('a loop sees the phases in order and ends with done', async () => {
    const seen: GenerateEvent[] = [];
    for await (const event of model.generate({ ...tiny, steps: 3 })) seen.push(event);
    const types = seen.map((event) => event.type);
    const order = ['encode', 'sample', 'decode', 'image', 'done'].map((type) => types.indexOf(type as GenerateEvent['type']));
    assert.not.ok(order.includes(-1), `all phases in ${types.join(' ')}`);
    assert.equal(
      order,
      [...order].sort((a, b) => a - b),
      types.join(' '),
    );
    const done = seen.at(-1);
    assert.is(done?.type, 'done');
    if (done?.type === 'done') assert.is(done.result.images.length, 1);
  });

  test('sample events count steps and estimate the remaining time', async () => {
    const samples: Extract<GenerateEvent, { type: 'sample' }>[] = [];
    await model.generate({ ...tiny, steps: 4, onProgress: (event) => event.type === 'sample' && samples.push(event) });
    const last = samples.at(-1);
    assert.is(last?.step, 4);
    assert.is(last?.steps, 4);
    assert.is(last?.etaSeconds, 0);
    assert.ok(samples.every(({ image, images, etaSeconds }) => image === 0 && images === 1 && etaSeconds >= 0));
  });

  test('a run can be awaited and looped over at the same time', async () => {
    const run = model.generate(tiny);
    let count = 0;
    for await (const event of run) count += event.type === 'done' ? 1 : 0;
    assert.is(count, 1);
    assert.is((await run).images.length, 1);
  });

  test('a loop that begins late still sees the picture and done', async () => {
    const run = model.generate(tiny);
    await run;
    const types: string[] = [];
    for await (const event of run) types.push(event.type);
    assert.ok(types.includes('image'));
    assert.is(types.at(-1), 'done');
  });

  test('each picture of a batch arrives as soon as it is finished, as the object of the result', async () => {
    const images: unknown[] = [];
    const seeds: number[] = [];
    const result = await model.generate({
      ...tiny,
      batchCount: 3,
      onProgress: (event) => {
        if (event.type !== 'image') return;
        images[event.index] = event.image;
        seeds.push(event.seed);
      },
    });
    assert.equal(seeds, [7, 8, 9]);
    assert.ok(result.images.every((image, index) => image === images[index]));
  });

  test('previews are pictures', async () => {
    const sizes: string[] = [];
    await model.generate({
      ...tiny,
      steps: 3,
      preview: true,
      onProgress: (event) => event.type === 'preview' && sizes.push(`${event.image.width}x${event.image.height}`),
    });
    assert.ok(sizes.length > 0, 'at least one preview');
    assert.ok(sizes.every((size) => /^\d+x\d+$/.test(size)));
  });

  test('leaving the loop cancels the run, and continues when the engine has stopped', async () => {
    const run = model.generate({ ...tiny, steps: 500 });
    const started = performance.now();
    for await (const event of run) if (event.type === 'sample') break;
    assert.ok(performance.now() - started < 20_000);
    await artistFailure(run, 'ERR_ABORTED', /loop over its events was left early/);
    assert.is((await model.generate(tiny)).images.length, 1);
  });

  test('cancel() ends a run with the given reason', async () => {
    const run = model.generate({ ...tiny, steps: 500 });
    const reason = new Error('enough');
    run.cancel(reason);
    assert.is(await failure(run), reason);
  });

  test('a listener that throws rejects the run with its error, and the model stays usable', async () => {
    const broken = new Error('listener');
    const error = await failure(
      model.generate({
        ...tiny,
        steps: 200,
        onProgress: (event) => {
          if (event.type === 'sample') throw broken;
        },
      }),
    );
    assert.is(error, broken);
    assert.is((await model.generate(tiny)).images.length, 1);
  });

  test('a failed run that is only looped over causes no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      let thrown: unknown;
      try {
        for await (const event of model.generate({ ...tiny, width: 63 })) assert.unreachable(event.type);
      } catch (error) {
        thrown = error;
      }
      assert.match(String(thrown), /width: expected a multiple of 64, got 63/);
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      process.off('unhandledRejection', note);
    }
    assert.equal(unhandled, []);
  });

  test('a failed run without any handler is an unhandled rejection, like any promise', async () => {
    const unhandled: unknown[] = [];
    const previous = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (error) => unhandled.push(error));
    try {
      model.generate({ ...tiny, width: 63 });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of previous) process.on('unhandledRejection', listener);
    }
    assert.is(unhandled.length, 1);
  });

  test('a queued run reports its position', async () => {
    const places: number[] = [];
    const first = model.generate({ ...tiny, steps: 20 });
    const second = model.generate({ ...tiny, onProgress: (event) => event.type === 'queued' && places.push(event.position) });
    await Promise.all([first, second]);
    assert.equal(places, [1]);
  });
});
