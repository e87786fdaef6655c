/** What fits this machine, how long a picture takes on it, and what is taken first. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import {
  adviceFor,
  expectedOf,
  expectedOfBundled,
  type Known,
  machineSpeed,
  memoryHere,
  offersOf,
  recommend,
  type Speed,
  secondsOf,
  workOf,
} from '../../lib/advice/index.ts';
import { standardTasks } from '../../lib/bench/tasks/standard.ts';
import type { RandomModel } from '../../lib/bench/weights/families.ts';
import { randomPaths, writeRandomModel } from '../../lib/bench/weights/store.ts';
import { countedOperations, measureProducts } from '../../lib/engine/index.ts';
import { type LoadModelOptions, loadModel } from '../../lib/index.ts';
import { type ModelAlias, modelAliases } from '../../lib/models/index.ts';
import { surroundingsNow, type Tuning, tunedStore } from '../../lib/tune/index.ts';
import { suite } from '../harness.ts';
import { type TinyFamily, tinyLayout } from '../train/tiny-models.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-advice-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const homeNamed = (name: string): string => path.join(folder, name);
const { signal } = new AbortController();

/** A machine that multiplies weights of every type at one rate. */
function machine(teraflops: number, tunings: readonly Tuning[] = []): Known {
  const products = { f32: teraflops, f16: teraflops, bf16: teraflops, q8_0: teraflops, q4_0: teraflops };
  const speed: Speed = {
    ...{ surroundings: { compiler: '', cores: '', devices: '', engine: '', gpu: '', kernels: '', version: '' } },
    ...{ at: '2026-01-01T00:00:00.000Z', device: 'CPU', products },
    ...{ convolution: teraflops, bundledSeconds: 1, othersBusy: 0 },
  };
  return { speed, tunings };
}

function alias(name: string): ModelAlias {
  const found = modelAliases.find((one) => one.name === name);
  if (!found) throw new Error(`no alias ${name}`);
  return found;
}

suite('advice: expected seconds', { timeoutMs: 180_000 }, (test) => {
  test('what there is to compute is known of every alias, and agrees with the suite of bench', () => {
    equal(
      modelAliases.filter((one) => workOf(one) === undefined).map(({ name }) => name),
      [],
    );
    const pairs = [
      ['paint/sd15-512', 'sd15', 7],
      ['paint/sdxl-1024', 'sdxl', 6],
      ['paint/sd35-medium-1024', 'sd35-medium', 4.5],
      ['paint/flux-schnell-1024', 'flux-schnell', 1],
      ['paint/z-image-1024', 'z-image-turbo', 1],
      ['paint/qwen-image-1024', 'qwen-image', 2.5],
    ] as const;
    for (const [id, name, cfgScale] of pairs) {
      const known = standardTasks.find((task) => task.id === id)?.needs?.operations ?? Number.NaN;
      const work = workOf({ name, defaults: { ...alias(name).defaults, steps: 4, cfgScale } });
      const ratio = ((work?.network ?? 0) + (work?.rest ?? 0)) / known;
      ok(ratio > 0.95 && ratio < 1.05, `${name}: ${ratio}`);
    }
  });

  test('twice the speed halves it, and guidance doubles the passes', () => {
    const [slow, quick] = [1, 2].map((teraflops) => expectedOf(alias('sdxl'), machine(teraflops))?.seconds ?? 0);
    is((slow ?? 0) / (quick ?? 1), 2);
    const { defaults } = alias('sd15');
    const passes = [1, 7].map((cfgScale) => workOf({ name: 'sd15', defaults: { ...defaults, cfgScale } })?.network ?? 0);
    is((passes[1] ?? 0) / (passes[0] ?? 1), 2);
    is(expectedOf(alias('flux-dev'), { ...machine(1), speed: { ...machine(1).speed, products: { f16: 1 } } }), undefined);
  });

  // In processor time of one thread, which other programs change little.
  const processorSeconds = async (work: () => Promise<unknown>): Promise<{ seconds: number; operations: number }> => {
    const before = { used: process.cpuUsage(), operations: countedOperations() };
    await work();
    const { user, system } = process.cpuUsage(before.used);
    return { seconds: (user + system) / 1e6, operations: countedOperations() - before.operations };
  };
  const rateOf = async (size: number, convolution: boolean): Promise<number> => {
    const { seconds, operations } = await processorSeconds(() =>
      measureProducts({ type: 'f16', size, convolution, seconds: 0.2, threads: 1, signal }),
    );
    return operations / seconds / 1e12;
  };
  const tiny = (family: TinyFamily): RandomModel => ({
    model: { name: `tiny-${family}`, type: 'F16', layout: () => tinyLayout(family) },
  });
  const models: [string, () => Promise<LoadModelOptions>][] = [
    ['the bundled model', async () => ({ model: 'ai-artist-mini' })],
    ...(['sdxl', 'flux'] as const).map((family): [string, () => Promise<LoadModelOptions>] => [
      `a tiny ${family}`,
      async () => {
        await writeRandomModel(tiny(family), { home: homeNamed('weights') });
        return randomPaths(tiny(family), homeNamed('weights'));
      },
    ]),
  ];
  for (const [name, filesOf] of models)
    test(`the rule is within a factor of four of what painting takes: ${name}`, async () => {
      const model = await loadModel({ ...(await filesOf()), threads: 1 });
      try {
        const paint = (steps: number) =>
          processorSeconds(() =>
            model.generate({ prompt: `a fox ${steps}`, width: 256, height: 256, steps, cfgScale: 1, seed: 7, sampler: 'euler' }),
          );
        await paint(1);
        const [one, five] = [await paint(2), await paint(6)];
        const step = (five.operations - one.operations) / 4;
        const work = { network: 6 * step, rest: five.operations - 6 * step, type: 'f16' as const };
        const speed = { products: { f16: await rateOf(1024, false) }, convolution: await rateOf(256, true) };
        const ratio = (secondsOf(work, speed) ?? 0) / five.seconds;
        ok(ratio > 1 / 4 && ratio < 4, `${ratio}`);
      } finally {
        await model.dispose();
      }
    });

  test('this machine is measured once; again if it is asked for, with another build, and if the record is damaged', async () => {
    const home = homeNamed('speed');
    const file = path.join(home, 'state/speed.json');
    const lines: string[] = [];
    let times = 0;
    const ask = (again = false) => machineSpeed({ home, again, signal, warn: (line) => lines.push(line), onMeasure: () => times++ });
    is(await machineSpeed({ home, onlyStored: true, warn: (line) => lines.push(line) }), undefined);
    const first = await ask();
    ok((first?.products.f16 ?? 0) > 0 && (first?.bundledSeconds ?? 0) > 0);
    equal(await ask(), first);
    is(times, 1);
    await ask(true);
    is(times, 2);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"compiler": "/, '"compiler": "other '));
    is(await machineSpeed({ home, onlyStored: true, warn: (line) => lines.push(line) }), undefined);
    equal(lines, []);
    rmSync(`${file}.bak`, { force: true });
    writeFileSync(file, 'no JSON');
    await ask();
    is(times, 3);
    match(lines.join('\n'), /speed\.json was damaged/);
  });

  test('the seconds that tune measured win, by the step; those of another machine or size do not', async () => {
    const now = await surroundingsNow();
    const spread = { median: 1, low: 1, high: 1 };
    const tuning = (name: string, edge: number, surroundings: Tuning['surroundings']): Tuning => ({
      model: { name, files: [{ role: 'model', bytes: 1, modifiedMs: 1, hash: 'a' }] },
      ...{ backend: null, device: 'CPU', surroundings, settings: { load: {}, paint: {} } },
      measured: {
        ...{ at: '2026-01-01T00:00:00.000Z', width: edge, height: edge, steps: 10, repeats: 5, before: { ...spread, median: 2 } },
        ...{ after: spread, psnr: null, clip: null, othersBusy: 0, isComplete: true },
      },
    });
    const store = tunedStore(homeNamed('tuned'), () => undefined);
    const given = [tuning('ai-artist-mini', 128, now), tuning('sd15', 256, now), tuning('sdxl', 1024, { ...now, cores: 'other' })];
    await store.update(() => ({ tunings: given }));
    const { tunings } = await store.read();
    const known: Known = { ...machine(1, tunings), speed: { ...machine(1).speed, surroundings: now } };
    equal(expectedOfBundled(known), { seconds: 2, from: 'tune' });
    equal(expectedOfBundled(machine(1)), { seconds: 1, from: 'painted' });
    is(expectedOf(alias('sd15'), known)?.from, 'speed');
    is(expectedOf(alias('sdxl'), known)?.from, 'speed');
  });
});

suite('advice: what to take first', (test) => {
  const usual = { commercial: false, seconds: 120 };
  const offers = (gigabytes: number, known: Known | undefined) => offersOf(homeNamed('empty'), gigabytes * 1e9, known);

  test('the best that fits into the memory and paints in time; else the quickest that fits', async () => {
    const first = async (gigabytes: number, teraflops: number) => {
      const { first: one, isSlow } = adviceFor('photo', await offers(gigabytes, machine(teraflops)), usual);
      return [one?.alias.name, isSlow];
    };
    equal(await first(200, 1000), ['qwen-image', false]);
    equal(await first(17, 1000), ['z-image-turbo', false]);
    equal(await first(8, 1000), ['sd15', false]);
    equal(await first(200, 0.07), ['sd-turbo', false]);
    equal(await first(200, 0.01), ['sd-turbo', true]);
    equal(await first(1, 1000), [undefined, false]);
  });

  test('by memory alone where the speed is not known; small and quick are what they say', async () => {
    const unknown = await offers(200, undefined);
    is(adviceFor('photo', unknown, usual).first?.alias.name, 'qwen-image');
    const all = await offers(200, machine(1));
    is(adviceFor('small', all, usual).first?.alias.name, 'sd15');
    is(adviceFor('speed', all, usual).first?.alias.name, 'sd-turbo');
    const seconds = adviceFor('speed', all, usual).offers.map(({ expected }) => expected?.seconds ?? 0);
    equal(
      seconds,
      [...seconds].sort((a, b) => a - b),
    );
  });

  test('each order names each alias once; licences and gates count', async () => {
    const all = await offers(200, machine(1000));
    for (const wish of ['photo', 'illustration', 'speed', 'small'] as const) {
      const names = adviceFor(wish, all, usual).offers.map(({ alias: { name } }) => name);
      equal([...names].sort(), modelAliases.map(({ name }) => name).sort());
      const allowed = adviceFor(wish, all, { ...usual, commercial: true }).offers;
      ok(allowed.every(({ alias: { licence } }) => licence.commercial !== 'no') && allowed.length < all.length);
    }
    const gated = all.filter(({ alias: { name } }) => ['sd35-large', 'sdxl'].includes(name));
    is(adviceFor('photo', gated, usual).first?.alias.name, 'sdxl');
    is(
      adviceFor(
        'photo',
        gated.map((one) => ({ ...one, isInstalled: true })),
        usual,
      ).first?.alias.name,
      'sd35-large',
    );
  });

  test('recommend() checks its options before it measures', async () => {
    const home = homeNamed('wrong');
    for (const wrong of [{ seconds: 0 }, { memory: -1 }, { wishes: [] }, { patience: 3 } as never])
      await recommend(wrong, { home, warn: () => undefined }).then(
        () => ok(false, JSON.stringify(wrong)),
        (error: { code?: string }) => is(error.code, 'ERR_INVALID_ARGUMENT'),
      );
    is(existsSync(home), false);
    ok(memoryHere() > 1e8);
  });
});
