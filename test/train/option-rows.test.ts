/** The bounds of trainLora()'s options: what the rows say, the schema, the flags and the native trainer take alike. */
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { flagOf } from '../../bin/flags/row-flags.ts';
import { trainFlags } from '../../bin/flags/train-flags.ts';
import { findFaults, packageRoot } from '../../lib/core/index.ts';
import { localEngine } from '../../lib/engine/addon/engine.ts';
import type { NativeBeginRequest, NativeNetworkRequest } from '../../lib/engine/addon/trainer-types.ts';
import { boundsOf, choicesOf, everyRow } from '../../lib/engine/index.ts';
import { trainLoraOptions, trainRows } from '../../lib/train/settings/options.ts';
import { suite } from '../harness.ts';

type Value = number | string;

interface Option {
  path: string;
  flag: string | undefined;
  inside: Value[];
  outside: Value[];
}

const options = everyRow(trainRows).flatMap((placed): Option[] => {
  const { path, row } = placed;
  const flag = flagOf(placed);
  const choices = choicesOf(row.schema);
  if (choices) return [{ path, flag, inside: [...choices], outside: ['nosuch'] }];
  const bounds = boundsOf(row.schema);
  if (!bounds) return [];
  const { min, max, integer, above } = bounds;
  const step = integer ? 1 : 0.001;
  const top = Number.isFinite(max) ? [max] : [];
  return [{ path, flag, inside: [above ? min + step : min, ...top], outside: [above ? min : min - step, ...top.map((end) => end + step)] }];
});

/** Fields that must stand beside others of the same object. */
const beside: Readonly<Record<string, Record<string, unknown>>> = {
  optimizer: { kind: 'adamw' },
  prior: { prompt: 'a dog' },
  validation: { pictures: 1 },
};

function optionsWith(path: string, value: Value): Record<string, unknown> {
  const [head = '', field] = path.split('.');
  return { data: 'x', [head]: field === undefined ? value : { ...beside[head], [field]: value } };
}

function faultOf(given: Record<string, unknown>, path: string): string {
  const { faults } = findFaults(trainLoraOptions, given);
  return faults?.find((fault) => fault.path.join('.') === path)?.message ?? '';
}

/** The smallest value of noise.max is refused beside the smallest of noise.min, which is a rule of its own. */
const allowed = ({ path, inside }: Option): Value[] => (path === 'noise.max' ? inside.slice(1) : inside);

const native = (path: string): string => (path === 'noise.offset' ? 'noiseOffset' : (path.split('.').at(-1) ?? ''));

function beginWith(path: string, value: Value): NativeBeginRequest {
  const [head = '', field] = path.split('.');
  const request: Record<string, unknown> = { optimizer: { kind: 'adamw' } };
  if (field === undefined) return { ...request, [head]: value } as unknown as NativeBeginRequest;
  if (head === 'noise') return { ...request, objective: { [native(path)]: value } } as unknown as NativeBeginRequest;
  return { optimizer: { kind: 'adamw', [field]: value } } as NativeBeginRequest;
}

const refusal = async (work: () => Promise<unknown>): Promise<string> =>
  work().then(
    () => '',
    (error: unknown) => (error as Error).message,
  );

suite('training: option rows', { timeoutMs: 120_000 }, (test) => {
  test('the schema takes what the rows say', () => {
    assert.ok(options.length > 50, String(options.length));
    for (const option of options) {
      const { path } = option;
      for (const value of allowed(option)) assert.is(faultOf(optionsWith(path, value), path), '', `${path} ${value}`);
      for (const value of option.outside) assert.match(faultOf(optionsWith(path, value), path), /^expected /, `${path} ${value}`);
    }
  });

  test('each flag reads these values and reaches the option', () => {
    for (const option of options) {
      const { path, flag } = option;
      if (flag === undefined) continue;
      const known = trainFlags.flags[flag];
      assert.ok(known, flag);
      for (const value of allowed(option)) {
        const needed = flag === 'patience' ? { validation: 1 } : {};
        const given = { data: 'x', ...trainFlags.optionsOf({ ...needed, [flag]: known.read(String(value), flag) }) };
        assert.is(faultOf(given, path), '', `--${flag} ${value}`);
      }
    }
  });

  test('the native trainer takes the same', async () => {
    const files = { model: join(packageRoot(), 'models/mini.gguf'), tae: join(packageRoot(), 'models/mini-tae.safetensors'), threads: 1 };
    const trainer = await localEngine().loadTrainer(files, () => undefined).promise;
    const network = (field: string, value: Value): NativeNetworkRequest =>
      ({ kind: field === 'factor' ? 'lokr' : 'lora', rank: 1, alpha: 1, seed: 1, [field]: value }) as NativeNetworkRequest;
    let tried = 0;
    for (const { path, inside, outside } of options.filter((option) => /^(network|noise|optimizer)\.|^(ema|clipNorm)$/.test(option.path))) {
      const key = native(path);
      const isNetwork = path.startsWith('network.');
      const call = async (value: Value): Promise<unknown> =>
        isNetwork ? trainer.createNetwork(network(key, value), () => undefined).promise : trainer.begin(beginWith(path, value)).promise;
      for (const value of outside) assert.match(await refusal(() => call(value)), new RegExp(`^${key}: expected `), `${path} ${value}`);
      // The largest networks would only take time.
      const [least] = inside;
      if (isNetwork && least !== undefined && typeof least === 'number')
        assert.is(await refusal(() => call(least)), '', `${path} ${least}`);
      tried++;
    }
    assert.ok(tried >= 20, String(tried));
    await trainer.dispose().promise;
  });
});
