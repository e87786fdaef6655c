import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { ResolvedTrainLora } from '../../lib/train/settings/options.ts';
import { chooseOutput } from '../../lib/train/settings/output.ts';
import { suite } from '../harness.ts';

suite('the name of a trained LoRA', (test) => {
  let home = '';
  test.before(async () => {
    home = await mkdtemp(join(tmpdir(), 'ai-artist-output-'));
  });
  test.after(() => rm(home, { recursive: true, force: true }));

  for (const [folder, name] of [
    ['水墨', '水墨'],
    ['Für Elise [v1]', 'Für Elise [v1]'],
    ['a:b?', 'a-b-'],
    [' ..hidden', 'hidden'],
    ['...', 'lora'],
  ] as const)
    test(`of the data folder ${JSON.stringify(folder)} is ${name}`, async () => {
      const output = await chooseOutput({ home, data: join(home, 'data', folder), overwrite: false } as ResolvedTrainLora);
      assert.equal([output.name, output.out], [name, join(home, 'loras', `${name}.safetensors`)]);
    });

  test('is not the name of a model it is trained on', async () => {
    const model = join(home, 'base.safetensors');
    await writeFile(model, 'weights');
    const options = { home, data: home, out: join(home, 'data', '..', 'base.safetensors'), model, overwrite: true } as ResolvedTrainLora;
    const message = await chooseOutput(options).then(String, (error: Error) => error.message);
    assert.is(message, `out: ${model}: expected another file than the input, got ${model}. Choose another name`);
  });
});
