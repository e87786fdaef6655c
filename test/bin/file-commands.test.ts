import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { bundledModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { cliSeries, scratch } from './support.ts';

const paint = ['generate', 'an owl', '--steps', '1', '-W', '64', '-H', '64', '-s', '7', '-f'];

suite('bin inspect, generate, convert, doctor', { timeoutMs: 180_000 }, (test) => {
  test('inspect --hash is refused where there are pictures alone', async () => {
    const [, hash, several] = await cliSeries([
      [...paint, '-o', 'a.png'],
      ['inspect', 'a.png', '--hash'],
      ['inspect', 'a.png', 'a.png', '--hash'],
    ]);
    for (const result of [hash, several]) {
      assert.is(result?.code, 2);
      assert.match(result?.stderr ?? '', /--hash: expected a model file, got pictures alone/);
    }
  });

  test('generate: --out takes a folder, as create and upscale do; a name without an ending says so', async () => {
    writeFileSync(path.join(scratch, 'plain'), '');
    const [folder, plain] = await cliSeries([
      [...paint, '-o', 'many/', '-b', '2'],
      [...paint, '-o', 'plain'],
    ]);
    assert.match(folder?.stdout ?? '', /many[\\/]an-owl-7\.png\n.*many[\\/]an-owl-8\.png\n$/);
    assert.is(plain?.code, 2);
    assert.match(
      plain?.stderr ?? '',
      /--out: expected a name ending in \.png, \.jpg, \.jpeg, \.webp, or a folder that exists or ends in \//,
    );
  });

  test('convert says where the file did not get smaller', async () => {
    const [larger] = await cliSeries([['convert', bundledModel().model, '--type', 'q4_0', '--out', 'small.gguf', '-f']]);
    assert.is(larger?.code, 0, larger?.stderr);
    assert.match(larger?.stderr ?? '', /warning 20\.6 MB as q4_0 is larger than the 20\.0 MB before/);
  });

  test('doctor says each thing once', async () => {
    const [doctor] = await cliSeries([['doctor']]);
    assert.is(doctor?.code, 0, doctor?.stderr);
    assert.is(doctor?.stdout.match(/ggml \d/g)?.length, 1);
    assert.is(doctor?.stdout.match(/free of/g)?.length, 1);
    assert.match(doctor?.stdout ?? '', /^ {2}CPU +.*, the memory above$/m);
  });
});
