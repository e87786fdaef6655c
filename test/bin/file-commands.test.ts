import { execFileSync } from 'node:child_process';
import { copyFileSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { bundledModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { cliSeries, scratch } from './support.ts';

const paint = ['generate', 'an owl', '--steps', '1', '-W', '64', '-H', '64', '-s', '7', '-f'];

suite('bin inspect, generate, convert, doctor', { timeoutMs: 180_000 }, (test) => {
  test('inspect --hash is refused if there are only pictures', async () => {
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

  test('convert says if the file did not get smaller', async () => {
    const [larger] = await cliSeries([['convert', bundledModel().model, '--type', 'q4_0', '--out', 'small.gguf', '-f']]);
    assert.is(larger?.code, 0, larger?.stderr);
    assert.match(larger?.stderr ?? '', /warning 20\.6 MB as q4_0 is larger than the 20\.0 MB before/);
  });

  test('upscale, generate and convert never overwrite their inputs', async () => {
    const picture = path.join(scratch, 'in.png');
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } }).toFile(picture);
    mkdirSync(path.join(scratch, 'pictures'));
    symlinkSync(scratch, path.join(scratch, 'linked'));
    copyFileSync(bundledModel().model, path.join(scratch, 'in.gguf'));
    const before = ['in.png', 'in.gguf'].map((name) => readFileSync(path.join(scratch, name)));
    const tiny = ['generate', 'an owl', '--steps', '1', '-W', '64', '-H', '64', '-s', '7'];
    const results = await cliSeries([
      ['upscale', 'in.png', '--out', 'in.png', '--force'],
      ['upscale', 'in.png', '--out', 'pictures/../in.png', '--force'],
      ['upscale', 'in.png', '--out', 'linked/in.png'],
      [...tiny, '--init', 'in.png', '--out', 'in.png', '--force'],
      [...tiny, '--init', 'in.png', '--mask', picture, '--out', 'linked/in.png', '--force'],
      ['convert', 'in.gguf', '--type', 'f16', '--out', 'linked/in.gguf', '--force'],
    ]);
    for (const { code, stderr } of results) {
      assert.is(code, 2, stderr);
      assert.match(stderr, /--out: \S*in\.(png|gguf): expected another file than the input, got \S*in\.\1\. Choose another name/);
    }
    assert.equal(
      ['in.png', 'in.gguf'].map((name) => readFileSync(path.join(scratch, name)).equals(before.shift() as Buffer)),
      [true, true],
    );
  });

  if (process.platform !== 'win32')
    test('a pipe or a device as --out is refused at once and stays', async () => {
      execFileSync('mkfifo', ['pipe.png', 'pipe.gguf', 'pipe.safetensors'], { cwd: scratch });
      writeFileSync(path.join(scratch, 'any.png'), '');
      const results = await cliSeries([
        ['upscale', 'any.png', '--out', 'pipe.png', '--force'],
        [...paint, '--out', 'pipe.png'],
        ['create', 'a fox', '--out', 'pipe.png', '--force'],
        ['convert', bundledModel().model, '--type', 'f16', '--out', 'pipe.gguf', '--force'],
        ['gallery', 'export', 'zip', '--out', 'pipe.png', '--force'],
        ['gallery', 'export', 'rss', '--out', 'pipe.png', '--url', 'https://example.org/', '--force'],
        ['gallery', 'export', 'site', '--out', 'pipe.png'],
        ['gallery', 'export', 'zip', '--out', '/dev/null', '--force'],
      ]);
      for (const { code, stderr } of results) {
        assert.is(code, 1, stderr);
        assert.match(stderr, /expected a (file|folder) or nothing there, got a (pipe|device)\. Choose another name/);
      }
      assert.ok(['pipe.png', 'pipe.gguf'].every((name) => lstatSync(path.join(scratch, name)).isFIFO()));
      assert.ok(lstatSync('/dev/null').isCharacterDevice());
    });

  if (process.platform !== 'win32')
    test('a pipe as an input is refused at once', async () => {
      const folder = path.join(scratch, 'pipes');
      mkdirSync(path.join(folder, 'home'), { recursive: true });
      execFileSync('mkfifo', ['p.json', 'p.png', 'p.safetensors', 'p.txt', 'home/config.yaml'], { cwd: folder });
      const cases: [string[], RegExp][] = [
        [['inspect', 'p.json'], /ERR_READ: p\.json: expected a file that can be read, got a pipe$/m],
        [['inspect', 'p.png'], /ERR_READ: p\.png: expected a file that can be read, got a pipe$/m],
        [['upscale', 'p.png'], /ERR_READ: image: p\.png: expected a picture file, got a pipe$/m],
        [['generate', 'x', '--init', 'p.png', '--out', 'o.png'], /ERR_READ: --init: p\.png: expected a picture file, got a pipe$/m],
        [['score', 'p.png', '--prompt', 'an owl'], /ERR_READ: p\.png: expected a picture.*, got a pipe/],
        [['train', 'caption', 'p.png', '--tags', 'p.txt'], /ERR_READ: --tags: .* got p\.txt \(a pipe\)$/m],
        [['lora', 'inspect', './p.safetensors'], /ERR_MODEL_FORMAT: .*p\.safetensors: is not a regular file$/m],
        [['config', 'show', '--home', 'home'], /ERR_READ: .*config\.yaml: expected a configuration file that can be read, got a pipe$/m],
      ];
      const results = await cliSeries(
        cases.map(([line]) => line),
        { cwd: folder, onStart: (child) => setTimeout(() => child.kill('SIGKILL'), 60_000).unref() },
      );
      for (const [index, [, message]] of cases.entries()) {
        assert.is(results[index]?.code, 1, results[index]?.stderr);
        assert.match(results[index]?.stderr ?? '', message);
      }
    });

  test('doctor says each thing once', async () => {
    const [doctor] = await cliSeries([['doctor']]);
    assert.is(doctor?.code, 0, doctor?.stderr);
    assert.is(doctor?.stdout.match(/ggml \d/g)?.length, 1);
    assert.is(doctor?.stdout.match(/free of/g)?.length, 1);
    assert.match(doctor?.stdout ?? '', /^ {2}CPU +.*, the memory above$/m);
  });
});
