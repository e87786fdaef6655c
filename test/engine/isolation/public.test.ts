import * as assert from 'uvu/assert';
import { isolatedProcessId } from '../../../lib/engine/isolation/isolated.ts';
import { isArtistError, loadModel, type Model, upscale } from '../../../lib/index.ts';
import { suite } from '../../harness.ts';

const picture = { prompt: 'a red fox', width: 64, height: 64, seed: 7, cfgScale: 1 };

suite('isolate: true', { timeoutMs: 30_000 }, (test) => {
  let model: Model;
  test.before(async () => {
    model = await loadModel({ isolate: true });
  });
  test.after(() => model.dispose());

  for (const isolate of ['yes', 1, null]) {
    test(`rejects isolate = ${String(isolate)}`, async () => {
      const error = await loadModel({ isolate: isolate as unknown as boolean }).catch((reason: unknown) => reason);
      assert.ok(isArtistError(error, 'ERR_INVALID_ARGUMENT'), String(error));
      assert.match(error.message, /isolate: expected a boolean, got /);
    });
  }

  test('paints the same picture as a model in this process', async () => {
    await using here = await loadModel();
    const [there, same] = [await model.generate({ ...picture, steps: 2 }), await here.generate({ ...picture, steps: 2 })];
    assert.ok(Buffer.from(there.images[0]?.data ?? []).equals(Buffer.from(same.images[0]?.data ?? [])));
    assert.is(there.device, same.device);
  });

  test("a crash during a loop over events throws ERR_NATIVE_CRASH from the loop, with the caller's stack", async () => {
    const seen: string[] = [];
    try {
      for await (const event of model.generate({ ...picture, steps: 200 })) {
        seen.push(event.type);
        if (event.type === 'sample' && event.step === 2) process.kill(isolatedProcessId() ?? Number.NaN, 'SIGSEGV');
      }
      assert.unreachable('the loop ended');
    } catch (error) {
      assert.ok(isArtistError(error, 'ERR_NATIVE_CRASH'), String(error));
      assert.match(error.stack ?? '', /public\.test\.ts/);
    }
    assert.ok(seen.includes('sample'));
    const types: string[] = [];
    const { images } = await model.generate({ ...picture, steps: 2, onProgress: (event) => types.push(event.type) });
    assert.is(images[0]?.width, 64);
    assert.ok(types.includes('load'), `the reload shows: ${types.join(' ')}`);
  });

  test('an abort rejects with signal.reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = (event: { type: string }): void => {
      if (event.type === 'sample') controller.abort(reason);
    };
    assert.is(
      await model.generate({ ...picture, steps: 200, signal: controller.signal, onProgress }).catch((error: unknown) => error),
      reason,
    );
  });

  test('upscale', async () => {
    const small = { width: 8, height: 8, channels: 3 as const, data: new Uint8Array(8 * 8 * 3).fill(77) };
    assert.is((await upscale(small, { isolate: true })).width, 32);
  });
});
