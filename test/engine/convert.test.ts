import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { inspectModel } from '../../lib/doors/models.ts';
import { type ConvertEvent, convertModel, loadModel, loadUpscaler, weightTypes } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { artistFailure, badFiles, failure, tiny, withFolder } from './support.ts';

suite('convertModel', (test) => {
  let source = '';
  let tae: string | undefined;
  let upscaler = '';
  test.before(async () => {
    const model = await loadModel();
    source = model.info.files['model'] ?? model.info.files['diffusionModel'] ?? '';
    tae = model.info.files['tae'];
    await model.dispose();
    const loaded = await loadUpscaler();
    upscaler = loaded.file;
    await loaded.dispose();
  });

  const bad: [options: Record<string, unknown>, message: string | RegExp][] = [
    [{ type: 'q8' }, `type: expected one of ${weightTypes.join(', ')}, got "q8"`],
    [{ type: undefined }, /^type: expected/],
    [{ output: 'model.bin' }, /^output: expected a file ending in \.gguf or \.safetensors, got "model\.bin"$/],
    [{ output: '' }, /^output: expected/],
    [{ output: 'x.safetensors', type: 'q8_0' }, /^type: expected f32, f16, bf16 for a \.safetensors file, got q8_0/],
    [{ overwritten: true }, /^overwritten: unknown option of convertModel\(\), did you mean overwrite\?/],
    [{ tensorTypeRules: { 'a,b': 'f16' } }, /^tensorTypeRules\.a,b: expected a pattern/],
  ];
  for (const [options, message] of bad) {
    test(`rejects ${JSON.stringify(options)}`, async () => {
      await artistFailure(
        convertModel('in.safetensors', { output: 'out.gguf', type: 'f16', ...options } as never),
        'ERR_INVALID_ARGUMENT',
        message,
      );
    });
  }

  test('a model converted to q8_0 paints nearly the same picture', async () => {
    await withFolder(async (folder) => {
      const output = join(folder, 'small.gguf');
      const events: ConvertEvent[] = [];
      const result = await convertModel(source, { output, type: 'q8_0', onProgress: (event) => events.push(event) });
      assert.is(result.output, output);
      assert.is((await stat(output)).size, result.outputBytes);
      assert.equal(await readdir(folder), ['small.gguf']);
      assert.ok(events.some((event) => event.type === 'convert'));
      assert.ok(Object.keys((await inspectModel(output)).dtypes).includes('Q8_0'));
      const pictures: Uint8Array[] = [];
      for (const model of [source, output]) {
        const loaded = await loadModel({ model, tae });
        pictures.push(
          (await loaded.generate({ ...tiny, steps: 4, sampler: 'euler', cfgScale: 5 }).finally(() => loaded.dispose())).images[0]?.data ??
            new Uint8Array(),
        );
      }
      const [a = new Uint8Array(), b = new Uint8Array()] = pictures;
      const mean = a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
      assert.ok(mean < 6, `mean difference ${mean} of 255`);
    });
  });

  test('per-tensor rules choose the type', async () => {
    await withFolder(async (folder) => {
      const output = join(folder, 'mixed.safetensors');
      await convertModel(upscaler, { output, type: 'f16', tensorTypeRules: { '^body\\.0\\.': 'f32' } });
      const { dtypes } = await inspectModel(output);
      assert.ok((dtypes['F16'] ?? 0) > 0 && (dtypes['F32'] ?? 0) > 0, JSON.stringify(dtypes));
    });
  });

  test('an existing file is kept, unless overwrite is given', async () => {
    await withFolder(async (folder) => {
      const output = join(folder, 'there.gguf');
      await writeFile(output, 'mine');
      await artistFailure(convertModel(upscaler, { output, type: 'f16' }), 'ERR_ALREADY_EXISTS', /overwrite: true/);
      assert.is(await readFile(output, 'utf8'), 'mine');
      await convertModel(upscaler, { output, type: 'f16', overwrite: true });
      assert.ok((await stat(output)).size > 1_000_000);
      await artistFailure(
        convertModel(output, { output, type: 'f32', overwrite: true }),
        'ERR_INVALID_ARGUMENT',
        /expected another file than the input/,
      );
    });
  });

  test('no input is overwritten: model, autoencoder, a file of a folder, or through a linked folder', async () => {
    await withFolder(async (folder) => {
      const [model, vae] = [join(folder, 'model.safetensors'), join(folder, 'vae.safetensors')];
      for (const file of [model, vae]) await copyFile(upscaler, file);
      const linked = join(folder, 'linked');
      await symlink(folder, linked);
      const before = await readFile(vae);
      const cases: [string, string, string][] = [
        [vae, model, vae],
        [join(linked, 'vae.safetensors'), model, vae],
        [join(linked, 'model.safetensors'), model, model],
        [vae, folder, folder],
      ];
      for (const [output, input, named] of cases)
        await artistFailure(
          convertModel(input, { output, type: 'f16', vae, overwrite: true }),
          'ERR_INVALID_ARGUMENT',
          `output: ${output}: expected another file than the input, got ${named}. Choose another name`,
        );
      assert.ok(before.equals(await readFile(vae)));
    });
  });

  if (process.platform !== 'win32')
    for (const [name, type] of [
      ['full.gguf', 'f16'],
      ['full.safetensors', 'f16'],
    ])
      test(`${name}: a full disk gives ERR_DISK_FULL with the engine's message, and leaves nothing behind`, async () => {
        await withFolder(async (folder) => {
          const output = join(folder, name ?? '');
          const text = `
            import { convertModel } from ${JSON.stringify(resolve('lib/index.ts'))};
            const options = ${JSON.stringify({ output, type })};
            await convertModel(${JSON.stringify(upscaler)}, options).catch(({ code, message, details }) => console.log(JSON.stringify({ code, message, details })));`;
          // A file size limit of the process simulates a full disk: 512 blocks of 512 or 1024 bytes.
          const { stdout, stderr } = spawnSync(
            'sh',
            ['-c', 'ulimit -f 512; exec "$0" "$@"', process.execPath, '--import', typescript, '--input-type=module', '-e', text],
            { encoding: 'utf8' },
          );
          const { code, message, details } = JSON.parse(stdout || JSON.stringify({ message: stderr })) as Record<string, unknown>;
          assert.is(message, `${output}: expected room on the disk, got EFBIG. Free some space or save elsewhere`);
          assert.is(code, 'ERR_DISK_FULL');
          assert.match((details as string[]).join(), /failed to write (GGUF|tensor)/);
          assert.equal(await readdir(folder), []);
        });
      });

  test('an abort leaves nothing behind', async () => {
    await withFolder(async (folder) => {
      const output = join(folder, 'never.gguf');
      const early = new Error('early');
      assert.is(await failure(convertModel(source, { output, type: 'f32', signal: AbortSignal.abort(early) })), early);
      const controller = new AbortController();
      const error = await failure(
        convertModel(source, { output, type: 'f32', signal: controller.signal, onProgress: () => controller.abort() }),
      );
      assert.is(error, controller.signal.reason);
      assert.equal(await readdir(folder), []);
    });
  });

  test('bad inputs and outputs are refused, and leave nothing behind', async () => {
    await withFolder(async (folder) => {
      const [bads, out] = [join(folder, 'bad'), join(folder, 'out')];
      await mkdir(bads);
      await mkdir(out);
      for (const { what, path } of await badFiles(bads, source)) {
        const error = (await failure(convertModel(path, { output: join(out, 'x.gguf'), type: 'f16' }))) as { code?: string };
        assert.ok(['ERR_MODEL_NOT_FOUND', 'ERR_MODEL_FORMAT', 'ERR_READ'].includes(error.code ?? ''), `${what}: ${String(error)}`);
      }
      await artistFailure(
        convertModel(5 as never, { output: join(out, 'x.gguf'), type: 'f16' }),
        'ERR_INVALID_ARGUMENT',
        /^input: expected the path of a model, got 5$/,
      );
      await artistFailure(convertModel(upscaler, { output: join(folder, 'no', 'such', 'x.gguf'), type: 'f16' }), 'ERR_WRITE');
      await mkdir(join(out, 'folder.gguf'));
      await artistFailure(convertModel(upscaler, { output: join(out, 'folder.gguf'), type: 'f16' }), 'ERR_WRITE', /is a folder/);
      assert.equal(await readdir(out), ['folder.gguf']);
    });
  });
});
