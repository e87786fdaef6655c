import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { Gallery } from '../../lib/gallery/index.ts';
import { readRecipe } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { cli, cliOnTerminal, cliSeries, jsonOf, scratch } from './support.ts';

const program = fileURLToPath(new URL('../../dist/esm/bin/ai-artist.js', import.meta.url));
const quick = ['--steps', '1', '--width', '64', '--height', '64', '--seed', '7'];

/** Runs the command with its standard output as bytes, which `read` may stop to take. */
async function bytesOf(
  args: readonly string[],
  read = Number.POSITIVE_INFINITY,
): Promise<{ code: number | null; bytes: Buffer; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: scratch,
    env: { ...process.env, AI_ARTIST_HOME: path.join(scratch, 'home'), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunks.length >= read) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  if (read === 0) child.stdout.destroy();
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, bytes: Buffer.concat(chunks), stderr };
}

suite('bin picture stream', { timeoutMs: 180_000 }, (test) => {
  test('generate --out - writes the picture with its recipe to standard output, and no file', async () => {
    const before = readdirSync(scratch);
    const { code, bytes, stderr } = await bytesOf(['generate', 'an owl', ...quick, '--out', '-']);
    assert.is(code, 0, stderr);
    const { format, width } = await sharp(bytes).metadata();
    assert.equal([format, width], ['png', 64]);
    assert.is((await readRecipe(bytes))?.recipe.seed, 7);
    assert.match(stderr, /seed 7, 64x64/);
    assert.equal(
      readdirSync(scratch).filter((name) => name !== 'home'),
      before.filter((name) => name !== 'home'),
    );
  });

  test('--format and --quality apply to the stream', async () => {
    const jpeg = await bytesOf(['generate', 'an owl', ...quick, '--out', '-', '--format', 'jpg', '--quality', '40', '--quiet']);
    assert.is(jpeg.code, 0, jpeg.stderr);
    assert.is(jpeg.stderr, '');
    assert.is((await sharp(jpeg.bytes).metadata()).format, 'jpeg');
  });

  test('create --out - also files the picture, with --no-gallery only writes it', async () => {
    const home = path.join(scratch, 'stream-home');
    const filed = await bytesOf(['create', 'an owl', ...quick, '--no-upscale', '--out', '-', '--home', home]);
    assert.is(filed.code, 0, filed.stderr);
    const gallery = new Gallery({ home });
    assert.is((await gallery.list({})).works.length, 1);
    assert.is((await readRecipe(filed.bytes))?.recipe.prompt, 'an owl');
    const only = await bytesOf([
      'create',
      'a fox',
      ...quick,
      '--no-upscale',
      '--no-gallery',
      '--out',
      '-',
      '--format',
      'webp',
      '--home',
      home,
    ]);
    assert.is((await sharp(only.bytes).metadata()).format, 'webp');
    assert.is((await gallery.list({})).works.length, 1);
  });

  test('upscale --out - writes the enlarged picture', async () => {
    const small = path.join(scratch, 'small.png');
    writeFileSync(
      small,
      await sharp({ create: { width: 16, height: 16, channels: 3, background: '#37c' } })
        .png()
        .toBuffer(),
    );
    const { code, bytes, stderr } = await bytesOf(['upscale', small, '--out', '-']);
    assert.is(code, 0, stderr);
    assert.is((await sharp(bytes).metadata()).width, 64);
  });

  test('a reader that closes the pipe is no failure', async () => {
    const { code, stderr } = await bytesOf(['generate', 'an owl', ...quick, '--out', '-', '--quiet'], 0);
    assert.is(code, 0, stderr);
    assert.is(stderr, '');
  });

  test('what cannot be one picture on a pipe is refused before anything is loaded', async () => {
    const results = await cliSeries([
      ['generate', 'an owl', '--out', '-', '--batch', '2'],
      ['generate', 'an owl', '--out', 'owl.png', '--format', 'webp'],
      ['generate', 'an owl', '--out', '-', '--quality', '40'],
    ]);
    const said = results.map(({ code, stderr }) => `${code} ${stderr}`);
    assert.match(said[0] ?? '', /^2 .*--out: expected a file or a folder for 2 pictures, got -/s);
    assert.match(said[1] ?? '', /^2 .*--format: expected --out - beside it, got --out owl.png/s);
    assert.match(said[2] ?? '', /^2 .*--quality: .*--out -: --format jpeg or webp/s);
    const json = await cli(['create', 'an owl', '--out', '-', '--json']);
    assert.is(json.code, 2);
    assert.match(jsonOf(json).error?.message ?? '', /--out: expected a file or a folder with --json, got -/);
  });

  test('a terminal does not get the bytes of a picture', async () => {
    const { code, stdout, stderr } = await cliOnTerminal(
      ['generate', 'an owl', ...quick, '--out', '-'],
      { columns: 80, rows: 24 },
      { stdoutIsTerminal: true },
    );
    assert.is(code, 2);
    assert.is(stdout, '');
    assert.match(stderr, /--out: expected a pipe or a file behind -, got a terminal/);
  });
});
