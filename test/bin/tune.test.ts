/** `tune` on this machine, and what paints with the settings that it stored. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { equal, is, match, not, ok } from 'uvu/assert';
import { createArtist } from '../../lib/artist/index.ts';
import type { BenchResult } from '../../lib/bench/index.ts';
import { withLock } from '../../lib/core/index.ts';
import { kernelFeatures } from '../../lib/engine/index.ts';
import type { Tuning } from '../../lib/tune/index.ts';
import { suite } from '../harness.ts';
import { startShell } from '../server/support.ts';
import { type CliJson, cli, cliSeries, jsonOf, scratch } from './support.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const home = path.join(scratch, 'tuned');
const store = path.join(home, 'state/tuned.json');
const size = ['--width', '64', '--height', '64', '--steps', '2'];
const at = ['--home', home, '--json'];
const painting = ['a fox in the snow', ...size, '--seed', '7'];

type Stored = { version: number; data: { tunings: Tuning[] } };
const read = (): Stored => JSON.parse(readFileSync(store, 'utf8')) as Stored;

/** Edits the only record as somebody with an editor would. */
function edit(change: (tuning: Tuning, stored: Stored) => void): void {
  const stored = read();
  const [tuning] = stored.data.tunings;
  ok(tuning);
  change(tuning as Tuning, stored);
  writeFileSync(store, JSON.stringify(stored));
}

interface Picture extends CliJson {
  tuned: Record<string, unknown> | null;
  recipe: { extra?: Record<string, unknown> };
  images: { recipe: { extra?: Record<string, unknown> } }[];
}
const pictureOf = (result: { stdout: string; stderr: string; code: number | null }): Picture => {
  is(result.code, 0, result.stderr);
  return JSON.parse(result.stdout) as Picture;
};
const extraOf = ({ recipe, images }: Picture): Record<string, unknown> => (images?.[0]?.recipe ?? recipe).extra ?? {};

const out = path.join(scratch, 'fox.png');
const generate = (...more: string[]): string[] => ['generate', ...painting, '--out', out, '--force', ...at, ...more];

suite('tune', { timeoutMs: 180_000 }, (test) => {
  test('measures every setting that fits this machine, and stores what is faster and alike', async () => {
    const dry = await cli(['tune', ...size, '--repeats', '1', '--minutes', '0.000001', '--dry-run', ...at]);
    is(dry.code, 0, dry.stderr);
    equal([jsonOf(dry)['stored'], existsSync(store)], [false, false]);
    match(dry.stderr, /--minutes/);

    // One setting ends the engine: it is left out, and the rest goes on.
    let killing: NodeJS.Timeout | undefined;
    const result = await cli(['tune', ...size, '--repeats', '1', '--allow-loss', '--home', home], {
      onStart: (child) => {
        const engines = (): number[] => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number);
        child.stderr?.on('data', (text: string) => {
          clearInterval(killing);
          if (process.platform !== 'linux' || !/measuring weightType f32/.test(text)) return;
          killing = setInterval(() => {
            for (const pid of engines()) if (pid > 0) process.kill(pid, 'SIGKILL');
          }, 20);
        });
      },
    });
    clearInterval(killing);
    is(result.code, 0, result.stderr);
    if (process.platform === 'linux') match(result.stdout, /^weightType f32 .*failed: ERR_NATIVE_CRASH/m);
    const rows = result.stdout.split('\n').filter((line) => /(?:chosen|no gain|different|failed)(?:: |$)/.test(line));
    const rowOf = (start: string): string => rows.find((line) => line.startsWith(start)) ?? '';
    for (const start of ['flashAttention true', 'weightType q8_0 (lossy)', 'cache spectrum (lossy)']) not.equal(rowOf(start), '', start);
    is(rowOf('cpuPrecision bf16 (lossy)') !== '', kernelFeatures().includes('amx_bf16'));
    for (const row of rows.filter((line) => line.startsWith('threads'))) match(row, / exact /);
    for (const row of rows.filter((line) => line.endsWith('chosen'))) {
      const [, gain, psnr] = /×([\d.]+) +(exact|[\d.]+ dB)/.exec(row) ?? [];
      ok(Number(gain) > 1 && (psnr === 'exact' || Number.parseFloat(psnr ?? '') >= 30), row);
    }
    const [stored] = read().data.tunings;
    ok(stored);
    const { model, measured, settings, device } = stored;
    equal([measured.isComplete, measured.width, measured.steps, measured.repeats, device], [true, 64, 2, 1, 'CPU']);
    match(model.files.find(({ role }) => role === 'model')?.hash ?? '', /^[0-9a-f]{64}$/);
    for (const [option, value] of Object.entries({ ...settings.load, ...settings.paint })) match(rowOf(`${option} ${value}`), /chosen$/);
    ok(measured.after.median <= measured.before.median);
  });

  let untuned = '';
  test('generate and create use it and say so, the recipe has it, an option wins, and it can be turned off', async () => {
    const before = await cli(['create', ...painting, '--tuned', 'off', '--no-upscale', ...at]);
    untuned = String(pictureOf(before)['id']);
    equal(pictureOf(before).tuned, null);
    const settings = {
      load: { threads: 1, weightType: 'q8_0' as const, diffusionConvDirect: false },
      paint: { cache: 'spectrum' as const },
    };
    edit((tuning) => Object.assign(tuning, { settings }));
    const flat = { ...settings.load, ...settings.paint };
    const { threads: _, ...recorded } = flat;
    const [used, other, flagOff, settingOff] = await cliSeries([
      generate(),
      generate('--weight-type', 'f16', '--threads', '2'),
      generate('--tuned', 'off'),
      generate('--set', 'tuned=off'),
    ]);
    ok(used && other && flagOff && settingOff);
    const picture = pictureOf(used);
    equal(picture.tuned, flat);
    match(used.stderr, /tuned settings: threads 1, weightType q8_0, diffusionConvDirect false, cache spectrum \(without: --tuned off\)/);
    for (const [name, value] of Object.entries(recorded)) is(extraOf(picture)[name], value, name);
    equal(pictureOf(other).tuned, { diffusionConvDirect: false, cache: 'spectrum' });
    is(extraOf(pictureOf(other))['weightType'], 'f16');
    for (const off of [flagOff, settingOff, await cli(generate(), { env: { AI_ARTIST__TUNED: 'off' } })]) {
      is(pictureOf(off).tuned, null);
      not.ok('weightType' in extraOf(pictureOf(off)));
      not.match(off.stderr, /tuned settings/);
    }

    const created = await cli(['create', ...painting, '--no-upscale', ...at]);
    equal(pictureOf(created).tuned, flat);
    for (const [name, value] of Object.entries(recorded)) is(extraOf(pictureOf(created))[name], value, name);
    match(created.stderr, /tuned settings: threads 1/);
    not.equal(pictureOf(created)['id'], untuned);
    // Whatever is tuned now, both paint the same pixels again.
    const again = async (id: string): Promise<unknown> => jsonOf(await cli(['reproduce', id, ...at]))['verdict'];
    equal([await again(untuned), await again(String(pictureOf(created)['id']))], ['bit-exact', 'bit-exact']);
  });

  test('bench paints with it, too', async () => {
    const result = await cli(['bench', '--task', 'paint/mini-128-tuned', '--repeats', '1', '--json'], { env: { AI_ARTIST_HOME: home } });
    is(result.code, 0, result.stderr);
    const [task] = (JSON.parse(result.stdout) as BenchResult).tasks;
    equal([task?.status, task?.recipe['steps'], task?.tuned?.['weightType'], task?.tuned?.['cache']], ['done', 20, 'q8_0', 'spectrum']);
  });

  test('a schedule and a server paint with it, by the same artist', async () => {
    const notes: string[] = [];
    await using artist = await createArtist({ home, onNote: (line) => notes.push(line) });
    const options = { prompt: 'an owl', width: 64, height: 64, steps: 2, upscale: false, seed: 3 };
    const { tuned, work } = await artist.create(options);
    is(tuned?.['weightType'], 'q8_0');
    is(work.recipe?.extra?.['cache'], 'spectrum');
    is((await artist.create({ ...options, seed: 4, tuned: 'off' })).tuned, null);
    is(notes.length, 1, notes.join('\n'));
  });

  test('the painter of a server uses it, but paints a recipe as the recipe says', async () => {
    const { server, tokens, send } = await startShell({ home, paint: true });
    try {
      const recipeOf = async (body: object): Promise<{ extra?: Record<string, unknown> }> => {
        const reply = await send('/api/v1/jobs', { method: 'POST', body: { keep: false, ...body }, token: tokens.paint });
        is(reply.status, 202, reply.text);
        for (;;) {
          const job = (await send(`/api/v1/jobs/${reply.json().id}`, { token: tokens.paint })).json();
          if (job.endedAt !== null) return job.pictures[0].recipe;
          await sleep(50);
        }
      };
      const used = await recipeOf({ prompt: 'an owl', options: { width: 64, height: 64, steps: 2, seed: 5 } });
      equal([used.extra?.['weightType'], used.extra?.['cache']], ['q8_0', 'spectrum']);
      const { extra = {} } = await recipeOf({ work: untuned, exact: true });
      equal(['weightType' in extra, 'cache' in extra, 'cpuPrecision' in extra], [false, false, false]);
    } finally {
      await server.close();
    }
  });

  test('create takes cpuPrecision, as an option and as a setting, for painting and enlarging; the recipe has both', async () => {
    const bf16 = ['--set', 'paint.cpuPrecision=bf16'];
    const line = ['create', 'a fox in the snow', ...size, '--tuned', 'off', ...at];
    const [option, setting, both, wrong] = await cliSeries([
      [...line, '--cpu-precision', 'bf16', '--upscale', '--seed', '8'],
      [...line, ...bf16, '--no-upscale', '--seed', '10'],
      [...line, ...bf16, '--cpu-precision', 'f32', '--no-upscale', '--seed', '9'],
      [...line, '--cpu-precision', 'f64'],
    ]);
    ok(option && setting && both && wrong);
    const { recipe, id } = pictureOf(option) as Picture & { recipe: { upscaler: Record<string, unknown> } };
    equal([recipe.extra?.['cpuPrecision'], recipe.upscaler['cpuPrecision']], ['bf16', 'bf16']);
    is(extraOf(pictureOf(setting))['cpuPrecision'], 'bf16');
    not.ok('cpuPrecision' in extraOf(pictureOf(both)));
    match(wrong.stderr, /--cpu-precision: expected one of f32, bf16, got "f64"/);
    is(jsonOf(await cli(['reproduce', String(id), ...at, ...bf16]))['verdict'], 'bit-exact');
  });

  test('doctor and tune list show it; stale settings are not used, and that is said', async () => {
    const [doctor, list] = await cliSeries([
      ['doctor', '--home', home],
      ['tune', 'list', '--home', home],
    ]);
    match(doctor?.stdout ?? '', /tuned settings:\n +ai-artist-mini .*weightType q8_0.*in use/);
    match(list?.stdout ?? '', /ai-artist-mini +CPU .*cache spectrum; in use/);
    edit(({ surroundings }) => (surroundings.version = '0.0.1'));
    const [stale, shown] = await cliSeries([generate(), ['tune', 'list', '--home', home]]);
    ok(stale && shown);
    is(pictureOf(stale).tuned, null);
    match(stale.stderr, /are not used: measured with other version\. Tune again: ai-artist tune/);
    match(shown.stdout, /stale: other version/);
    edit(({ surroundings }) => (surroundings.devices = 'CPU: another'));
    match((await cli(generate())).stderr, /are not used: measured with other version, devices/);
  });

  test('an edited, damaged or newer store costs a warning, not the picture', async () => {
    edit(({ settings }) => Object.assign(settings.load, { threads: -3 }));
    const edited = await cli(generate());
    is(pictureOf(edited).tuned, null);
    match(edited.stderr, /tuned\.json was damaged \(.*threads.*\)\. It is kept as .*tuned\.json\.corrupt-/);
    ok(readdirSync(path.dirname(store)).some((name) => name.startsWith('tuned.json.corrupt-')));
    writeFileSync(store, '{"kind": "tuned settings", "version": 2, "data": {}}');
    const newer = await cli(generate());
    is(pictureOf(newer).tuned, null);
    match(newer.stderr, /tuned settings are not used: ERR_NEWER_VERSION: .*tuned\.json/);
    const [refused, doctor] = await cliSeries([
      ['tune', ...size, '--repeats', '1', '--home', home],
      ['doctor', '--home', home],
    ]);
    match(refused?.stderr ?? '', /ERR_NEWER_VERSION/);
    is(refused?.code, 1);
    match(`${doctor?.code} ${doctor?.stderr}`, /^0 .*ERR_NEWER_VERSION/s);
    rmSync(store);
    writeFileSync(store, 'no JSON');
    rmSync(`${store}.bak`, { force: true });
    match((await cli(generate())).stderr, /tuned\.json was damaged \(it is no JSON/);
  });

  test('what cannot be tuned is said before anything is measured', async () => {
    const clip = path.join(root, 'models/mini-clip.safetensors');
    const upscaler = path.join(root, 'models/realesrgan-x4plus-anime-6b.gguf');
    const file = path.join(scratch, 'a-file');
    writeFileSync(file, '');
    const wrong: [string[], number, RegExp][] = [
      [['tune', '--model', 'no-such-model'], 1, /ERR_MODEL_NOT_FOUND/],
      [['tune', '--model', clip], 1, /ERR_MODEL_FORMAT: --model: expected a checkpoint, got a CLIP/i],
      [['tune', '--model', upscaler], 1, /ERR_MODEL_FORMAT: --model: expected a checkpoint, got an? .*upscal/i],
      [['tune', '--repeats', '0'], 2, /--repeats: expected a number of at least 1, got 0/],
      [['tune', '--minutes', '0'], 2, /--minutes: expected a number over 0/],
      [['tune', '--min-psnr', '101'], 2, /--min-psnr: expected a number of at most 100, got 101/],
      [['tune', '--backend', 'CUDA9', '--repeats', '1'], 1, /ERR_NO_DEVICE/],
      [['tune', '--home', file], 1, /ERR_WRITE/],
      [['tune', 'forget', 'ai-artist-mini'], 1, /ERR_NOT_FOUND: model: expected one with tuned settings/],
      [['tune', 'forget'], 2, /model: expected a name or --all, got neither/],
    ];
    const results = await cliSeries(wrong.map(([line]) => (line.includes('--home') ? line : [...line, '--home', home])));
    for (const [index, [line, status, said]] of wrong.entries()) {
      is(results[index]?.code, status, `${line.join(' ')}: ${results[index]?.stderr}`);
      match(results[index]?.stderr ?? '', said);
    }
    await withLock(path.join(home, 'state/tune.lock'), { purpose: 'tuning' }, async () => {
      const second = await cli(['tune', ...size, '--home', home]);
      equal([second.code, /ERR_LOCKED.*tuning/.test(second.stderr)], [1, true], second.stderr);
    });
  });

  test('Ctrl-C stores nothing', async () => {
    const fresh = path.join(scratch, 'interrupted');
    mkdirSync(fresh);
    const when = (said: RegExp, act: (child: ChildProcess) => void) => (child: ChildProcess) =>
      void child.stderr?.on('data', (text: string) => said.test(text) && act(child));
    const stopped = await cli(['tune', ...size, '--repeats', '100', '--home', fresh], {
      onStart: when(/measuring (?!the defaults)/, (child) => child.kill('SIGINT')),
    });
    is(stopped.code, 130, stopped.stderr);
    equal([existsSync(path.join(fresh, 'state/tuned.json')), readdirSync(path.join(fresh, 'state'))], [false, []]);
  });
});
