/** Backups as an operator makes them: while works are filed, whole or not at all, and made into a home again. */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { createBackup, restoreBackup, verifyBackup } from '../../lib/backup/index.ts';
import { isArtistError } from '../../lib/core/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { ArtImage } from '../../lib/image/index.ts';
import { cli, cliSeries, jsonOf, scratch } from '../bin/support.ts';
import { suite } from '../harness.ts';
import { root } from '../install/support.ts';
import { desk } from '../publish/support.ts';
import { typescript } from '../support/run-source.ts';

let places = 0;
const place = (name: string): string => path.join(scratch, `backup ${places++}`, name);
const folder = (): string => {
  const made = place('here');
  mkdirSync(made, { recursive: true });
  return made;
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => (isArtistError(error) ? error.code : String(error)),
  );
}

function picture(shade: number): ArtImage {
  return new ArtImage({ data: new Uint8Array(16 * 16 * 3).fill(shade), width: 16, height: 16, channels: 3 });
}

/** A home with works, settings, a job, keys, a model, logs and caches. */
async function lived(): Promise<string> {
  const home = place('home');
  const [job] = await cliSeries([['schedule', 'add', 'daily', '09:00', '--home', home]]);
  is(job?.code, 0, job?.stderr);
  const gallery = new Gallery({ home });
  for (const shade of [10, 20, 30]) await gallery.add({ image: picture(shade), about: { title: `grey ${shade}` } });
  const files: [file: string, content: string][] = [
    ['config.yaml', '# mine\ncreate:\n  candidates: 2\n'],
    ['provenance/watermark.key', 'secret'],
    ['accounts/me.json', '{}'],
    ['models/large.safetensors', 'large'],
    ['logs/schedule-2026-11-26.jsonl', '{}\n'],
    ['cache/training/x', 'x'],
    ['loras/ink.safetensors', 'ink'],
    ['wildcards/animals.txt', 'fox\n'],
  ];
  for (const [file, content] of files) {
    mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    writeFileSync(path.join(home, file), content);
  }
  return home;
}

/** Files below a folder, as paths. */
const below = (home: string): string[] =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(home, path.join(entry.parentPath, entry.name)))
    .sort();

suite('backup', { timeoutMs: 120_000 }, (test) => {
  test('a home is written, verified and made again, with its works, settings, keys and jobs', async () => {
    const home = await lived();
    const to = folder();
    const created = await cli(['backup', 'create', to, '--home', home]);
    is(created.code, 0, created.stderr);
    const file = created.stdout.trim();
    match(path.basename(file), /^ai-artist-\d{8}T\d{6}Z\.zip$/);
    match(created.stderr, /3 works in \d+ files; with keys and tokens: keep it as you keep those; without models/);
    if (process.platform !== 'win32') is(statSync(file).mode & 0o777, 0o600);
    const verified = await cli(['backup', 'verify', file]);
    is(verified.code, 0, verified.stderr);
    match(verified.stdout, /^whole: made 20/);

    const again = place('again');
    const restored = await cli(['backup', 'restore', file, '--home', again]);
    is(restored.code, 0, restored.stderr);
    is(restored.stdout, `${again}\n`);
    const names = below(again);
    for (const one of ['config.yaml', 'provenance/watermark.key', 'accounts/me.json', 'loras/ink.safetensors', 'state/schedule.json'])
      ok(names.includes(one), `${one}: ${names}`);
    is(names.filter((one) => /^(models|logs|cache)\b|\.lock$/.test(one)).length, 0);
    for (const one of names) equal(readFileSync(path.join(again, one)), readFileSync(path.join(home, one)), one);
    const [listed, checked, jobs] = await cliSeries([
      ['gallery', 'list', '--json', '--home', again],
      ['gallery', 'verify', '--home', again],
      ['schedule', 'list', '--json', '--home', again],
    ]);
    is((jsonOf(listed as never) as { works: unknown[] }).works.length, 3);
    is(checked?.code, 0, checked?.stderr);
    match(jobs?.stdout ?? '', /"j1"/);
  });

  test('without secrets, with models; an older backup goes when the new one is whole', async () => {
    const home = await lived();
    const to = folder();
    const old = path.join(folder(), 'old.zip');
    await createBackup({ home, out: old });
    for (const day of [1, 2, 3]) copyFileSync(old, path.join(to, `ai-artist-2020010${day}T000000Z.zip`));
    // Of another home, and no backup: they stay.
    await createBackup({ home: await lived(), out: path.join(to, 'ai-artist-20190101T000000Z.zip') });
    writeFileSync(path.join(to, 'ai-artist-20190102T000000Z.zip'), 'cut off');
    writeFileSync(path.join(to, 'notes.txt'), 'mine');
    const result = await cli(['backup', 'create', to, '--no-secrets', '--models', '--keep', '2', '--home', home, '--json']);
    is(result.code, 0, result.stderr);
    const { path: file, removed } = jsonOf(result) as { path: string; removed: string[] };
    equal(
      removed.map((one) => path.basename(one)),
      ['ai-artist-20200101T000000Z.zip', 'ai-artist-20200102T000000Z.zip'],
    );
    equal(readdirSync(to).sort(), [
      'ai-artist-20190101T000000Z.zip',
      'ai-artist-20190102T000000Z.zip',
      'ai-artist-20200103T000000Z.zip',
      path.basename(file),
      'notes.txt',
    ]);
    const { files, secrets, models } = await verifyBackup(file);
    equal([secrets, models], [false, true]);
    const paths = files.map((one) => one.path);
    ok(paths.includes('models/large.safetensors'));
    equal(
      paths.filter((one) => /provenance|accounts|tokens/.test(one)),
      [],
    );
  });

  test('while another process files works, each work in it is whole', async () => {
    const home = await lived();
    const program = `import { Gallery } from ${JSON.stringify(path.join(root, 'lib/gallery/index.ts'))};
      import { ArtImage } from ${JSON.stringify(path.join(root, 'lib/image/index.ts'))};
      const gallery = new Gallery({ home: ${JSON.stringify(home)} });
      for (let n = 0; ; n++) {
        await gallery.add({ image: new ArtImage({ data: new Uint8Array(48 * 48 * 3).map((_, i) => (i * 7 + n) % 256), width: 48, height: 48, channels: 3 }) });
        if (n === 5) console.log('painting');
      }`;
    const child = spawn(process.execPath, ['--import', typescript, '--input-type=module', '-e', program]);
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      // It goes on filing while the backup is read.
      const { path: file, works } = await createBackup({ home, out: path.join(folder(), 'running.zip') });
      ok(works >= 9, `${works} works`);
      const again = place('again');
      await restoreBackup(file, { home: again });
      const checked = await cli(['gallery', 'verify', '--home', again]);
      is(checked.code, 0, checked.stdout + checked.stderr);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  test('with posts in it nothing is posted after a restore until a person says so', async () => {
    const at = await desk();
    await at.post();
    const { path: file } = await createBackup({ home: at.home, out: path.join(folder(), 'posts.zip') });
    const again = place('again');
    const result = await cli(['backup', 'restore', file, '--home', again]);
    is(result.code, 0, result.stderr);
    match(result.stderr, /publishing is off/);
    ok(existsSync(path.join(again, 'publishing-off')));
  });

  test('what is cut off, changed, foreign or of a newer version is refused, and leaves nothing', async () => {
    const home = await lived();
    const whole = path.join(folder(), 'whole.zip');
    await createBackup({ home, out: whole });
    const copy = (change: (file: string) => void): string => {
      const file = path.join(folder(), 'copy.zip');
      copyFileSync(whole, file);
      change(file);
      return file;
    };
    const inBytes = (from: string, to: string) => (file: string) => {
      const text = readFileSync(file, 'latin1');
      ok(text.includes(from), from);
      writeFileSync(file, text.replaceAll(from, to), 'latin1');
    };
    const bad: [what: string, file: string, code: string][] = [
      ['cut off', copy((file) => truncateSync(file, statSync(file).size - 200)), 'ERR_DAMAGED'],
      ['a changed file', copy(inBytes('candidates: 2', 'candidates: 9')), 'ERR_DAMAGED'],
      ['a path that leads out', copy(inBytes('loras/ink.safetensors', '../../ink.safetensors')), 'ERR_DAMAGED'],
      ['no ZIP file', copy((file) => writeFileSync(file, 'hello')), 'ERR_DAMAGED'],
      ['nothing', path.join(folder(), 'absent.zip'), 'ERR_READ'],
    ];
    for (const [what, file, code] of bad) {
      const target = place('target');
      is(await codeOf(verifyBackup(file)), code, what);
      is(await codeOf(restoreBackup(file, { home: target })), code, what);
      equal(existsSync(path.dirname(target)) ? readdirSync(path.dirname(target)) : [], [], what);
    }
    is(await codeOf(restoreBackup(whole, { home })), 'ERR_ALREADY_EXISTS');
    is(await codeOf(createBackup({ home, out: whole })), 'ERR_ALREADY_EXISTS');
    is(await codeOf(createBackup({ home: place('none'), out: path.join(folder(), 'x.zip') })), 'ERR_NOT_FOUND');
    is(await codeOf(createBackup({ home, out: path.join(folder(), 'x.zip'), keep: 3 })), 'ERR_INVALID_ARGUMENT');
  });

  test('aborted, nothing is left; a link that leads out is named', async () => {
    const home = await lived();
    const to = folder();
    const stop = new AbortController();
    const aborted = createBackup({ home, out: to, signal: stop.signal, onProgress: (done) => done > 2 && stop.abort() });
    is(await aborted.catch((error: unknown) => error), stop.signal.reason);
    equal(readdirSync(to), []);
    symlinkSync(folder(), path.join(home, 'elsewhere'));
    const { leftOut } = await createBackup({ home, out: to });
    equal(
      leftOut.map((one) => path.basename(one.path)),
      ['elsewhere'],
    );
  });
});
