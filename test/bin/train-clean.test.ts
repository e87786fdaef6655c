import { existsSync, readdirSync, rmSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { cleanTraining } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';
import type { PictureFolder } from '../train/support.ts';
import { tinyFolder } from '../train/tiny-run.ts';
import { cli, cliSeries, jsonOf } from './support.ts';

interface Cleaned {
  removed: { lora: string }[];
  kept: { name: string; why: string }[];
  cache: { bytes: number } | null;
  bytes: number;
  dryRun: boolean;
}

suite('ai-artist train clean', { timeoutMs: 300_000 }, (test) => {
  let folder: PictureFolder;
  const home = (): string => folder.at('home');
  const runs = (): string[] => readdirSync(folder.at('home/training')).map((name) => name.replace(/-\d{8}-\d{6}.*$/, ''));
  const clean = async (...flags: string[]): Promise<Cleaned> =>
    jsonOf(await cli(['train', 'clean', ...flags, '--home', home(), '--json'])) as unknown as Cleaned;

  test.before(async () => {
    folder = await tinyFolder();
    const small = (name: string, steps = '2'): string[] => [
      ...['train', folder.at('pictures'), '--licence', 'own', '--home', home(), '--name', name, '--resolution', '64', '--batch', '1'],
      ...['--steps', steps, '--seed', '3', '--threads', '1', '--rank', '2', '--targets', 'attention', '--sample-every', '0'],
    ];
    const trained = await cliSeries([small('done'), small('gone')]);
    assert.equal(
      trained.map(({ code }) => code),
      [0, 0],
      trained.map(({ stderr }) => stderr).join(''),
    );
    rmSync(folder.at('home/loras/gone.safetensors'));
    const stopped = await cli(small('open', '2000'), {
      onStart: (child) => child.stderr?.on('data', (text) => /training: /.test(String(text)) && child.kill('SIGINT')),
    });
    assert.is(stopped.code, 130, stopped.stderr);
  });
  test.after(() => folder.remove());

  test('a dry run says what would go and what stays, and removes nothing', async () => {
    const { removed, kept, cache, bytes, dryRun } = await clean('--dry-run');
    assert.equal(
      removed.map(({ lora }) => lora),
      ['done'],
    );
    assert.equal(kept.map(({ name, why }) => [name.replace(/-\d.*$/, ''), why]).sort(), [
      ['gone', 'lora-gone'],
      ['open', 'unfinished'],
    ]);
    assert.ok(cache && cache.bytes > 0 && bytes > cache.bytes && dryRun);
    assert.equal(runs().sort(), ['done', 'gone', 'open']);
    const { stdout, stderr } = await cli(['train', 'clean', '--dry-run', '--home', home()]);
    assert.match(stdout, /^\S+done-\d{8}-\d{6}\n$/);
    assert.match(stderr, /open-\S+ stays: can be resumed/);
    assert.match(stderr, /gone-\S+ stays: its LoRA is gone/);
    assert.match(stderr, /would remove 1 run and free [\d.]+ [kM]B; LoRAs stay/);
  });

  test('young runs stay', async () => {
    const { removed, kept } = await cleanTraining({ home: home(), olderThanDays: 30, dryRun: true });
    assert.equal([removed.length, kept.filter(({ why }) => why === 'recent').length], [0, 1]);
    const later = await cleanTraining({ home: home(), olderThanDays: 30, dryRun: true, now: Date.now() + 31 * 86_400_000 });
    assert.is(later.removed.length, 1);
    assert.match((await cli(['train', 'clean', '--older-than', '-1', '--home', home()])).stderr, /--older-than: expected 0\.\.3650 days/);
  });

  test('finished runs and encoded pictures go, LoRAs and the run without one stay; --unfinished takes stopped ones, too', async () => {
    await clean();
    assert.equal(runs().sort(), ['gone', 'open']);
    assert.not.ok(existsSync(folder.at('home/cache/training')));
    assert.ok(existsSync(folder.at('home/loras/done.safetensors')));
    const { removed, cache } = await clean('--unfinished');
    assert.equal([removed.map(({ lora }) => lora), cache?.bytes], [['open'], 0]);
    assert.equal(runs(), ['gone']);
  });
});
