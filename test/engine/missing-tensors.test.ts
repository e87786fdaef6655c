import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../lib/core/index.ts';
import { explainMissing } from '../../lib/engine/jobs/missing-tensors.ts';
import { loadModel } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { artistFailure } from './support.ts';

suite('engine: what a model lacks', (test) => {
  test('a model without its autoencoder: one sentence with advice, and a few of the lines', async () => {
    const { message, details } = await artistFailure(
      loadModel({ model: join(packageRoot(), 'models/mini.gguf') }),
      'ERR_MODEL_LOAD',
      /lack/,
    );
    assert.is(
      message,
      'The engine could not load the model: the files lack an autoencoder (60 tensors, such as tae.decoder.layers.0.bias). Give one as `vae` or `tae`',
    );
    assert.ok(details.length <= 3, details.join('\n'));
  });

  test('each missing part has its advice; other lines stay', () => {
    const lacks = (name: string) => `VAE tensor '${name}' not in model metadata`;
    const found = explainMissing([
      lacks('text_encoders.t5xxl.x'),
      'something else',
      lacks('model.diffusion_model.y'),
      lacks('text_encoders.z'),
    ]);
    assert.equal(found, {
      sentence:
        'the files lack a text encoder (2 tensors, such as text_encoders.t5xxl.x) and parts of the network (1 tensors, such as model.diffusion_model.y). Give it as `clipL`, `clipG`, `t5xxl` or `llm`. A file is damaged, or of another kind than its names say',
      details: [lacks('text_encoders.t5xxl.x'), 'something else', lacks('model.diffusion_model.y'), lacks('text_encoders.z')],
    });
    assert.is(explainMissing(['out of memory']), undefined);
  });
});
