import * as assert from 'uvu/assert';
import { checkGradients } from '../../lib/train/index.ts';
import { cli, jsonOf } from '../bin/support.ts';
import { artistFailure } from '../engine/support.ts';
import { suite } from '../harness.ts';

suite('training: self-test', (test) => {
  test('the CPU agrees with itself and with central differences', async () => {
    const [check, ...others] = await checkGradients({ family: 'sdxs', threads: 1 });
    assert.equal(others, []);
    assert.equal([check?.family, check?.passed], ['sdxs', true]);
    assert.ok((check?.cosine ?? 0) >= 0.999_999, `cosine ${check?.cosine}`);
    assert.ok(Math.abs(check?.directional ?? 1) < 0.01, `directional ${check?.directional}`);
  });

  test('the command prints a line per family', async () => {
    const result = await cli(['train', 'selftest', '--family', 'sdxs', '--threads', '1', '--json']);
    assert.is(result.code, 0, result.stderr);
    assert.match(result.stderr, /all gradients agree/);
    const { checks } = jsonOf(result) as { checks?: { family: string; passed: boolean }[] };
    assert.equal(
      checks?.map(({ family, passed }) => [family, passed]),
      [['sdxs', true]],
    );
  });

  test('errors name unknown families and devices', async () => {
    await artistFailure(checkGradients({ family: 'sd9' }), 'ERR_INVALID_ARGUMENT', /sd9/);
    await artistFailure(checkGradients({ backend: 'CUDA7', family: 'sdxs' }), 'ERR_NO_DEVICE', /CUDA7/);
    await artistFailure(checkGradients({ threads: 0 }), 'ERR_INVALID_ARGUMENT', /^threads/);
  });
});
