/**
 * What is read off machines that are not at hand: programs of macOS and of NVIDIA as they answer by their documentation
 * (test/fixtures/bench/README.md), RAPL as a folder.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { equal, is, match, not, ok } from 'uvu/assert';
import { EnergyMeter } from '../../lib/bench/energy/energy-meter.ts';
import { nvidiaSamplers, nvidiaSamples } from '../../lib/bench/energy/nvidia-power.ts';
import { powermetricsSamples } from '../../lib/bench/energy/powermetrics.ts';
import { openRapl } from '../../lib/bench/energy/rapl.ts';
import { openSampler, readingOf } from '../../lib/bench/energy/sampled-power.ts';
import type { Ask } from '../../lib/bench/hardware/ask.ts';
import { systemFacts } from '../../lib/bench/hardware/machine.ts';
import { buildNow, machineLines, machineNow } from '../../lib/bench/index.ts';
import { machineSchema } from '../../lib/bench/result/result.ts';
import { suite } from '../harness.ts';

const fixtures = fileURLToPath(new URL('../fixtures/bench', import.meta.url));
const recorded = (name: string): string => readFileSync(path.join(fixtures, name), 'utf8');
const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const answers: Readonly<Record<string, string>> = {
  'sysctl -i hw.model hw.perflevel0.physicalcpu hw.perflevel1.physicalcpu': 'sysctl.txt',
  'system_profiler SPDisplaysDataType -json': 'system_profiler.json',
  'pmset -g': 'pmset.txt',
  'pmset -g batt': 'pmset-batt.txt',
};
const mac: Ask = async (program, args) => {
  const name = answers[[path.basename(program), ...args].join(' ')];
  return name === undefined ? undefined : recorded(`macbook-pro-m4/${name}`);
};
const nvidia =
  (name: string): Ask =>
  async (program, args) =>
    program === 'nvidia-smi' && args.includes('--format=csv,noheader,nounits') ? recorded(`nvidia/${name}.csv`) : undefined;
const nothing: Ask = async () => undefined;

suite('hardware of other machines', (test) => {
  test('a Mac: model, kinds of cores, GPU cores, power mode in use; no serial number', async () => {
    const facts = await systemFacts('darwin', mac);
    equal(facts, {
      model: 'Mac16,7',
      coreKinds: { performance: 10, efficiency: 4 },
      gpus: [{ name: 'Apple M4 Pro', cores: 20, capability: 'Metal 3' }],
      power: 'high power, mains',
    });
    const machine = machineSchema.parse({ ...(await machineNow()), ...facts });
    const [first = '', second = ''] = machineLines(machine, buildNow());
    match(first, /, Mac16,7, \d+ cores \(10 \+ 4\), \d+ GiB, Apple M4 Pro 20 GPU cores$/);
    match(second, /, high power, mains$/);
    not.match(JSON.stringify(facts), /fd626d62|id=/);
  });

  test('NVIDIA: driver, memory, power limit; what it does not tell is absent', async () => {
    const facts = await systemFacts('win32', nvidia('rtx-4090'));
    const card = { name: 'NVIDIA GeForce RTX 4090', driver: '560.35.03', memoryBytes: 24_564 * 2 ** 20 };
    equal(facts, { driver: '560.35.03', gpus: [{ ...card, powerLimitWatts: 450, maxClockMhz: 3105, capability: '8.9' }] });
    match(machineLines({ ...(await machineNow()), ...facts }, buildNow())[0] ?? '', /, NVIDIA GeForce RTX 4090 24 GiB 450 W$/);
    is((await systemFacts('win32', nvidia('two-h100'))).gpus?.length, 2);
    const old = await systemFacts('win32', nvidia('gtx-850m'));
    equal(old.gpus, [{ name: 'NVIDIA GeForce GTX 850M', driver: '470.256.02', memoryBytes: 4046 * 2 ** 20, maxClockMhz: 1058 }]);
  });

  test('a system that answers nothing, or something else, is no error', async () => {
    equal(await systemFacts('win32', nothing), {});
    equal(await systemFacts('darwin', nothing), {});
    equal(await systemFacts('darwin', async () => 'command not found {'), {});
  });
});

suite('energy', (test) => {
  test('nvidia-smi: mean power of each GPU times seconds; heat and power limit, not idling', () => {
    const reading = readingOf(recorded('nvidia/power-two-gpus.csv').split('\n').flatMap(nvidiaSamples), 2);
    equal(reading.throttled, ['heat', 'power limit']);
    ok(Math.abs((reading.joules.gpu ?? 0) - 920) < 1e-6, `${reading.joules.gpu}`);
    equal(readingOf(recorded('nvidia/power-not-told.csv').split('\n').flatMap(nvidiaSamples), 2), { joules: {}, throttled: [] });
    ok(nvidiaSamplers.every(({ args }) => args.some((word) => /^--query-gpu=index,power\.draw/.test(word))));
  });

  test('powermetrics: processor and GPU, thermal pressure', () => {
    const samples = recorded('macbook-pro-m4/powermetrics.txt').split('\n').flatMap(powermetricsSamples);
    const { joules, throttled } = readingOf(samples, 10);
    equal([joules.cpu, throttled], [50, ['thermal pressure heavy']]);
    ok(Math.abs((joules.gpu ?? 0) - 202.5) < 1e-9, 'the GPU is told twice in the first sample');
  });

  test('too few samples say nothing', () => {
    equal(readingOf([{ part: 'gpu', device: '0', watts: 100 }], 1).joules, {});
  });

  test('RAPL: packages and memory, a counter that begins again; not what is counted elsewhere', async () => {
    const zones: [folder: string, name: string][] = [
      ['intel-rapl:0', 'package-0'],
      ['intel-rapl:0:0', 'core'],
      ['intel-rapl:0:1', 'dram'],
      ['intel-rapl:1', 'psys'],
    ];
    const set = (folder: string, name: string, value: string): void => writeFileSync(path.join(scratch, folder, name), `${value}\n`);
    const counters = (package0: number, others: number): void => {
      for (const [folder] of zones) set(folder, 'energy_uj', String(folder === 'intel-rapl:0' ? package0 : others));
    };
    for (const [folder, name] of zones) {
      mkdirSync(path.join(scratch, folder));
      set(folder, 'name', name);
      set(folder, 'max_energy_range_uj', '1000000000');
    }
    counters(999_000_000, 5_000_000);
    const rapl = await openRapl(scratch);
    if (!rapl) throw new Error('RAPL: expected counters, got none');
    const meter = new EnergyMeter([rapl]);
    const { result, told } = await meter.during(async () => {
      counters(2_000_000, 7_500_000);
      return 'done';
    });
    equal([result, told, meter.names], ['done', { joules: { cpu: 3, memory: 2.5 } }, ['RAPL']]);
    rmSync(path.join(scratch, 'intel-rapl:0:1', 'energy_uj'));
    equal((await meter.during(async () => 1)).told, {});
    is(await openRapl(scratch), undefined);
    is(await openRapl(path.join(scratch, 'none')), undefined);
  });

  test('a program that prints power is read while work runs; one that fails or prints none is left out', async () => {
    const script = `setInterval(() => console.log('0, 200.00, 0x0000000000000004'), 10)`;
    const program = { name: 'a GPU', command: process.execPath, samplesOf: nvidiaSamples };
    const source = await openSampler({ ...program, args: ['-e', script] });
    if (!source) throw new Error('expected a source, got none');
    const meter = new EnergyMeter([source]);
    const begun = performance.now();
    const { told } = await meter.during(() => sleep(300));
    const seconds = (performance.now() - begun) / 1000;
    meter.close();
    ok(Math.abs((told.joules?.gpu ?? 0) / 200 - seconds) < 0.1 * seconds, `${told.joules?.gpu} J in ${seconds} s`);
    equal(told.throttled, ['power limit']);
    is(await openSampler({ ...program, args: ['-e', 'console.log("Field is not valid"); process.exit(2)'] }), undefined);
    is(await openSampler({ ...program, command: 'no-such-program', args: [] }), undefined);
  });
});
