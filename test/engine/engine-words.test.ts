import * as assert from 'uvu/assert';
import { loadModel } from '../../lib/engine/index.ts';
import { grouped, warningOf } from '../../lib/engine/jobs/engine-words.ts';
import { suite } from '../harness.ts';
import { tiny } from './support.ts';

suite('words of the engine', { timeoutMs: 120_000 }, (test) => {
  test('four or more lines that differ only in names become one with a count; others stay', () => {
    const many = Array.from({ length: 60 }, (_, at) => `VAE tensor 'tae.decoder.layers.${at}.bias' not in model metadata`);
    assert.equal(grouped(['first', ...many, 'last']), [
      'first',
      "VAE tensor 'tae.decoder.layers.0.bias' not in model metadata (and 59 more like this)",
      'last',
    ]);
    assert.equal(grouped(many.slice(0, 3)), many.slice(0, 3));
    assert.equal(grouped([]), []);
  });

  test('a warning about something we do on purpose is dropped', () => {
    assert.is(warningOf('total_steps != custom_sigmas_count - 1, set sample_steps to 3'), undefined);
    assert.is(warningOf('unknown tensor'), 'unknown tensor');
  });

  test('custom sigmas cause no warning', async () => {
    const model = await loadModel();
    try {
      const { steps, warnings } = await model.generate({ ...tiny, width: 128, height: 128, steps: undefined, sigmas: [14, 3, 0.5, 0] });
      assert.equal([steps, warnings], [3, []]);
    } finally {
      await model.dispose();
    }
  });

  test('a batch that is stopped and kept reports no failure', async () => {
    const model = await loadModel();
    try {
      const stop = new AbortController();
      const result = await model.generate({
        ...tiny,
        width: 128,
        height: 128,
        steps: 8,
        batchCount: 8,
        keepFinished: true,
        signal: stop.signal,
        onProgress: (event) => event.type === 'image' && stop.abort(),
      });
      assert.is(result.aborted, true);
      assert.equal(result.warnings, []);
    } finally {
      await model.dispose();
    }
  });
});
