import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import type { NativeAddon } from '../../../lib/engine/addon/native.ts';
import type { NativeEvent } from '../../../lib/engine/addon/native-events.ts';
import type { NativeModel } from '../../../lib/engine/addon/native-types.ts';
import { isolatedAddon, isolatedProcessId } from '../../../lib/engine/isolation/isolated.ts';
import { suite } from '../../harness.ts';
import { atStep, modelRequest, picture, silent, upscalerFile } from './paint.ts';

async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string; log?: string[]; details?: string[] }> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  if (!outcome) throw new Error('expected a rejection, got a result');
  return outcome;
}

function pid(): number {
  const id = isolatedProcessId();
  assert.type(id, 'number');
  return id as number;
}

suite('isolation', { timeoutMs: 30_000 }, (test) => {
  let addon: NativeAddon;
  let model: NativeModel;
  let reference: Uint8Array;

  const paint = async (on = model): Promise<Uint8Array> =>
    (await on.generate(picture(), silent).promise).images[0]?.data ?? new Uint8Array();

  test.before(async () => {
    process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --require ${fileURLToPath(new URL('fixtures/last-words.cjs', import.meta.url))}`;
    addon = await isolatedAddon();
    model = await addon.loadModel(modelRequest, silent).promise;
    reference = await paint();
  });
  test.after(() => addon.shutdown(1000));

  test("a bad argument rejects with the binding's own TypeError", async () => {
    const error = await rejection(model.generate({ ...picture(), width: 65 }, silent).promise);
    assert.instance(error, TypeError);
    assert.match(error.message, /^width: expected a multiple of 64, got 65/);
  });

  test('an argument that cannot be sent to another process rejects with a TypeError', async () => {
    const error = await rejection(model.generate({ ...picture(), prompt: (() => 'fox') as unknown as string }, silent).promise);
    assert.instance(error, TypeError);
    assert.match(error.message, /^request: expected plain data, got /);
  });

  test("a missing model file rejects with the engine's code, message and log", async () => {
    const error = await rejection(addon.loadModel({ model: '/no/such/model.gguf' }, silent).promise);
    assert.is(error.code, 'ERR_MODEL_LOAD');
    assert.match(error.message, /no\/such\/model\.gguf/);
    assert.ok(
      (error.log ?? []).some((line) => line.includes('/no/such/model.gguf')),
      'log names the file',
    );
  });

  test('this process does not load the addon', () => {
    const report = process.report?.getReport() as unknown as { sharedObjects: string[] };
    assert.is(report.sharedObjects.filter((file) => file.includes('ai_artist')).length, 0);
  });

  test('synchronous answers of the addon are known after the start', () => {
    assert.ok(addon.enums().sampler.includes('euler_a'));
    assert.ok(addon.listDevices().some((device) => device.name === 'CPU'));
    assert.ok(addon.physicalCores() >= 1);
    assert.match(addon.versions().engine, /./);
    assert.is(model.info().sizeMultiple, 64);
  });

  test('events arrive in order and the result is a picture', async () => {
    const events: NativeEvent[] = [];
    const result = await model.generate(picture(4), (event) => events.push(event)).promise;
    const steps = events.flatMap((event) => (event.type === 'progress' && event.phase === 'sample' ? [event.step] : []));
    assert.equal(
      steps,
      [...steps].sort((a, b) => a - b),
    );
    assert.is(steps.at(-1), 4);
    const image = events.find((event) => event.type === 'image');
    assert.ok(image?.type === 'image' && Buffer.from(image.image.data).equals(result.images[0]?.data ?? Buffer.alloc(0)));
    assert.is(result.images[0]?.data.length, 64 * 64 * 3);
  });

  test('previews arrive', async () => {
    const previews: NativeEvent[] = [];
    const request = { ...picture(4), preview: { mode: 'proj' as const, interval: 1, denoised: true, noisy: false } };
    await model.generate(request, (event) => event.type === 'preview' && previews.push(event)).promise;
    assert.ok(previews.length >= 1);
  });

  for (const signal of ['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const) {
    test(`${signal} while sampling rejects with ERR_NATIVE_CRASH, and the same handle paints again`, async () => {
      const before = pid();
      const error = await rejection(
        model.generate(
          picture(200),
          atStep(2, () => process.kill(before, signal)),
        ).promise,
      );
      assert.is(error.code, 'ERR_NATIVE_CRASH');
      assert.match(error.message, new RegExp(`died of ${signal}.* in the phase "sample"`));
      assert.ok(Buffer.from(await paint()).equals(reference), 'same pixels after the restart');
      assert.is.not(pid(), before);
    });
  }

  test('the last output of a dying child is in message and details', async () => {
    const child = pid();
    const error = await rejection(
      model.generate(
        picture(200),
        atStep(2, () => process.kill(child, 'SIGUSR2')),
      ).promise,
    );
    assert.is(error.code, 'ERR_NATIVE_CRASH');
    assert.match(error.message, /died of SIGABRT.*Its last words: .*GGML_ASSERT\(a->ne\[0\] == b->ne\[0\]\) failed/s);
    assert.ok((error.details ?? []).some((line) => line.includes('GGML_ASSERT')));
  });

  test('a child that dies while idle is replaced without a rejection', async () => {
    await paint();
    const before = pid();
    process.kill(before, 'SIGKILL');
    assert.ok(Buffer.from(await paint()).equals(reference));
    assert.is.not(pid(), before);
  });

  test('all pending jobs of all models reject when the child dies; each model paints again', async () => {
    const other = await addon.loadModel(modelRequest, silent).promise;
    const child = pid();
    const jobs = [
      model.generate(
        picture(200),
        atStep(1, () => process.kill(child, 'SIGSEGV')),
      ),
      model.generate(picture(), silent),
      other.generate(picture(), silent),
    ];
    for (const job of jobs) assert.is((await rejection(job.promise)).code, 'ERR_NATIVE_CRASH');
    const [first, second] = await Promise.all([paint(), paint(other)]);
    assert.ok(Buffer.from(first).equals(reference) && Buffer.from(second).equals(reference));
    await other.dispose().promise;
    assert.ok(Buffer.from(await paint()).equals(reference), 'the first model lives on');
  });

  test('cancel while sampling rejects with ERR_ABORTED and the child stays alive', async () => {
    const before = pid();
    const job = model.generate(
      picture(200),
      atStep(2, () => job.cancel()),
    );
    assert.is((await rejection(job.promise)).code, 'ERR_ABORTED');
    assert.is(pid(), before);
    assert.ok(Buffer.from(await paint()).equals(reference));
  });

  test('cancel while the model is loaded again rejects with ERR_ABORTED; a later call loads it', async () => {
    await paint();
    process.kill(pid(), 'SIGKILL');
    while (isolatedProcessId() !== undefined) await sleep(10);
    const job = model.generate(picture(), silent);
    job.cancel();
    const next = paint();
    assert.is((await rejection(job.promise)).code, 'ERR_ABORTED');
    assert.ok(Buffer.from(await next).equals(reference), 'a call made right after has its own load');
  });

  test('an upscaler is loaded again after a crash, as a model is', async () => {
    const upscaler = await addon.loadUpscaler({ model: upscalerFile, threads: 1 }, silent).promise;
    assert.is(upscaler.factor(), 4);
    const image = { width: 8, height: 8, channels: 3, data: new Uint8Array(8 * 8 * 3).fill(128) };
    const first = await upscaler.upscale(image, silent).promise;
    process.kill(pid(), 'SIGKILL');
    const second = await upscaler.upscale(image, silent).promise;
    assert.is(second.width, 32);
    assert.ok(Buffer.from(first.data).equals(second.data));
    await upscaler.dispose().promise;
  });

  test('edges are found in the child', async () => {
    const data = new Uint8Array(16 * 16 * 3).fill(0, 0, 384).fill(255, 384);
    const request = { highThreshold: 0.08, lowThreshold: 0.08, weak: 0.8, strong: 1, inverse: false };
    const edges = await addon.cannyEdges({ width: 16, height: 16, channels: 3, data }, request).promise;
    assert.is(edges.width, 16);
    assert.ok(edges.data.some((value) => value > 0));
  });

  test('after dispose a call throws ERR_DISPOSED; a second dispose does nothing', async () => {
    const other = await addon.loadModel(modelRequest, silent).promise;
    await other.dispose().promise;
    await other.dispose().promise;
    assert.throws(
      () => other.generate(picture(), silent),
      (error: Error & { code?: string }) => error.code === 'ERR_DISPOSED',
    );
  });

  test('after shutdown a call rejects or throws ERR_DISPOSED, and pending jobs reject', async () => {
    const job = model.generate(
      picture(200),
      atStep(1, () => addon.shutdown(1000)),
    );
    assert.is((await rejection(job.promise)).code, 'ERR_NATIVE_CRASH');
    assert.throws(
      () => model.generate(picture(), silent),
      (error: Error & { code?: string }) => error.code === 'ERR_DISPOSED',
    );
    assert.is(isolatedProcessId(), undefined);
  });
});
