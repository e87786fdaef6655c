import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { loadAestheticHead } from '../../lib/doors/clip.ts';
import { bundledModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { artistFailure, fixture, readJson, safetensors, withFolder } from './support.ts';

const { embedding, scores } = readJson<{ embedding: number[]; scores: Record<'one' | 'chain', number> }>('heads', 'expected.json');

suite('loadAestheticHead', (test) => {
  const bad: [what: string, path: string, code: string, message?: RegExp][] = [
    ['an empty path', '', 'ERR_INVALID_ARGUMENT'],
    ['a missing file', 'no/such.pth', 'ERR_MODEL_NOT_FOUND'],
    [
      'a pickle that calls os.system',
      fixture('heads', 'evil.pth'),
      'ERR_MODEL_FORMAT',
      /it names (posix|os|nt)\.system, which is no part of a tensor\. Nothing of it was executed/,
    ],
    ['a network with ReLU', fixture('heads', 'relu.pth'), 'ERR_UNSUPPORTED', /activations between its layers/],
    ['a file of an old torch', fixture('heads', 'legacy.pth'), 'ERR_UNSUPPORTED', /older than 1\.6/],
    ['a model', bundledModel().clip, 'ERR_UNSUPPORTED', /expected one linear layer/],
  ];
  for (const [what, path, code, message] of bad) test(`refuses ${what}`, () => artistFailure(loadAestheticHead(path), code, message));
  test('and the evil one left no trace', () => assert.not(existsSync('/tmp/ai-artist-evil-pickle')));

  test('a file cut at every kilobyte is an error with a code, never a number', () =>
    withFolder(async (folder) => {
      const whole = await readFile(fixture('heads', 'chain.pth'));
      const path = join(folder, 'cut.pth');
      for (let size = 1024; size < whole.length; size += 1024) {
        await writeFile(path, whole.subarray(0, size));
        await artistFailure(loadAestheticHead(path), 'ERR_MODEL_FORMAT');
      }
    }));
  test('damaged bytes of the index never escape as another error', () =>
    withFolder(async (folder) => {
      const whole = await readFile(fixture('heads', 'one.pth'));
      const index = whole.indexOf('data.pkl') + 8;
      const path = join(folder, 'bent.pth');
      for (let at = index; at < index + 320; at += 3) {
        const bent = Buffer.from(whole);
        bent.writeUInt8(bent.readUInt8(at) ^ 0x5a, at);
        await writeFile(path, bent);
        const result: unknown = await loadAestheticHead(path).catch((error: unknown) => error);
        if (result instanceof Error)
          assert.match(String((result as { code?: unknown }).code), /^ERR_(MODEL_FORMAT|UNSUPPORTED)$/, `byte ${at}: ${result.stack}`);
      }
    }));
  test('NaN weights', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'nan.safetensors');
      const data = Buffer.from(Float32Array.of(1, Number.NaN).buffer);
      await writeFile(path, safetensors({ weight: { dtype: 'F32', shape: [1, 2], data } }));
      await artistFailure(loadAestheticHead(path), 'ERR_MODEL_FORMAT', /NaN/);
    }));

  for (const [file, which, tolerance] of [
    ['one.pth', 'one', 1e-6],
    ['chain.pth', 'chain', 1e-6],
    ['chain-f16.pth', 'chain', 2e-3],
    ['chain.safetensors', 'chain', 1e-6],
  ] as const)
    test(`${file}: the score of PyTorch`, async () => {
      const head = await loadAestheticHead(fixture('heads', file));
      assert.is(head.dimensions, 24);
      const score = head.score(Float32Array.from(embedding));
      assert.ok(Math.abs(score - scores[which]) < tolerance, `${score}, expected ${scores[which]}`);
    });

  test('an embedding of another model', async () => {
    const head = await loadAestheticHead(fixture('heads', 'one.pth'));
    await artistFailure(
      Promise.resolve().then(() => head.score(new Float32Array(512))),
      'ERR_INVALID_ARGUMENT',
      /expected 24 values, as one\.pth was trained on, got 512/,
    );
  });
});
