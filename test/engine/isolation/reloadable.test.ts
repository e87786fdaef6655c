/** A model whose load finishes before the child receives the cancel. The child is a stub, because this race cannot be forced. */
import * as assert from 'uvu/assert';
import type { IsolatedEngine } from '../../../lib/engine/isolation/isolated-engine.ts';
import { Reloadable } from '../../../lib/engine/isolation/reloadable.ts';
import { suite } from '../../harness.ts';
import { modelRequest, picture, silent } from './paint.ts';

suite('reloadable', (test) => {
  test('a load that ended in the child before it received the cancel is freed there', async () => {
    const calls: string[] = [];
    let loaded: (info: unknown) => void = silent;
    const child = {
      dead: false,
      call: ({ method }: { method: string }) => {
        calls.push(method);
        const promise = method === 'loadModel' ? new Promise((resolve) => (loaded = resolve)) : Promise.resolve();
        return { id: calls.length, promise, cancel: () => calls.push('cancel') };
      },
    };
    const engine = { current: () => child, retrying: (run: () => unknown) => run() } as unknown as IsolatedEngine;
    const model = new Reloadable(engine, { method: 'loadModel', request: modelRequest });
    const job = model.run((target) => ({ method: 'generate', target, request: picture() }), silent);
    job.cancel();
    loaded({});
    const error = await job.promise.then(
      () => undefined,
      (reason: unknown) => reason as { code?: string },
    );
    assert.is(error?.code, 'ERR_ABORTED');
    await new Promise((settle) => setImmediate(settle));
    assert.equal(calls, ['loadModel', 'cancel', 'dispose']);
  });
});
