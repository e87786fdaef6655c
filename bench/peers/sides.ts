/** The programs that paint the same picture: ours, the engine's C API, sd-cli, diffusers. */
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../lib/core/index.ts';
import { decodeImage } from '../../lib/image/index.ts';
import { loadModel } from '../../lib/index.ts';
import { OtherSide } from '../other-side.ts';
import { startBaseline } from '../overhead/baseline.ts';
import { buildBaseline } from '../overhead/build-baseline.ts';

export interface Picture {
  readonly model: string;
  readonly prompt: string;
  /** Edge in pixels. */
  readonly size: number;
  readonly steps: number;
  readonly cfgScale: number;
  readonly threads: number;
}

export interface Painted {
  readonly seconds: number;
  readonly cpuSeconds?: number;
  /** RGB, 8 bits. */
  readonly pixels: Uint8Array;
}

/** A program with the model loaded. */
export interface Side {
  readonly name: string;
  /** Least PSNR of its picture with that of diffusers in f32, decibels, by its number type; below, it did other work. */
  readonly least: number;
  paint(seed: number): Promise<Painted>;
  end(): Promise<void>;
}

/** What is not installed here is left out, with the reason. */
export type Found = Side | { readonly name: string; readonly missing: string };

/** F32 differs by rounding, through steps with guidance; half precision by much more. */
const [exact, reduced] = [40, 20];
const sampler = { sampler: 'euler', scheduler: 'discrete' } as const;

export async function ours({ model: file, prompt, size, steps, cfgScale, threads }: Picture, cpuPrecision: 'f32' | 'bf16'): Promise<Side> {
  const model = await loadModel({ model: file, threads, cpuPrecision });
  return {
    name: `ai-artist ${cpuPrecision}`,
    least: cpuPrecision === 'f32' ? exact : reduced,
    async paint(seed) {
      const [begun, before] = [performance.now(), process.cpuUsage()];
      const { images } = await model.generate({ prompt, ...sampler, cfgScale, width: size, height: size, steps, seed });
      const { user, system } = process.cpuUsage(before);
      return {
        seconds: (performance.now() - begun) / 1000,
        cpuSeconds: (user + system) / 1e6,
        pixels: images[0]?.data ?? new Uint8Array(),
      };
    },
    end: () => model.dispose(),
  };
}

const lastLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? '';

/** The engine of this build, called by a C program. */
export async function cApi({ size, ...picture }: Picture, folder: string): Promise<Found> {
  const name = 'C API of our engine';
  try {
    const program = buildBaseline();
    const vocabulary = path.join(packageRoot(), 'vocab');
    const baseline = await startBaseline({ ...picture, ...sampler, size, program, vocabulary, tae: '' });
    const out = path.join(folder, 'c-api.raw');
    return {
      name,
      least: exact,
      async paint(seed) {
        const { wall, cpu } = await baseline.paint(seed, out);
        return { seconds: wall / 1000, cpuSeconds: cpu / 1000, pixels: await readFile(out) };
      },
      end: () => baseline.end(),
    };
  } catch (error) {
    return { name, missing: lastLine(error) };
  }
}

const run = promisify(execFile);

/** stable-diffusion.cpp's own program; it loads the model for each picture, so its seconds are those that it prints of painting. */
export function sdCli({ model, prompt, size, steps, cfgScale, threads }: Picture, folder: string): Found {
  const name = 'sd-cli';
  const { error } = spawnSync(name, ['--help']);
  if (error) return { name, missing: 'not in PATH' };
  const out = path.join(folder, 'sd-cli.png');
  const fixed = { '-m': model, '-p': prompt, '-W': size, '-H': size, '--steps': steps, '--cfg-scale': cfgScale, '-t': threads, '-o': out };
  const words = Object.entries({ ...fixed, '--sampling-method': sampler.sampler, '--scheduler': sampler.scheduler })
    .flat()
    .map(String);
  return {
    name,
    least: exact,
    async paint(seed) {
      const { stdout, stderr } = await run(name, ['-M', 'img_gen', ...words, '-s', String(seed)], { maxBuffer: 2 ** 26 });
      const seconds = Number(/generate_image completed in ([\d.]+)s/.exec(stdout + stderr)?.[1]);
      if (!Number.isFinite(seconds)) throw new Error('sd-cli: expected "generate_image completed in …s", got other words');
      const { data } = await decodeImage(out);
      return { seconds, pixels: data };
    },
    end: async () => undefined,
  };
}

/** diffusers on every device it finds. The process also writes the weights, so it is started first. */
export class Diffusers {
  readonly versions: string;
  readonly model: string;
  readonly #names: readonly string[];
  readonly #side: OtherSide;

  private constructor(side: OtherSide, { versions, model, sides }: { versions: string; model: string; sides: string[] }) {
    this.#side = side;
    [this.versions, this.model, this.#names] = [versions, model, sides];
  }

  /** @throws Error when Python, torch, diffusers, transformers or safetensors are not installed */
  static async start(python: string, folder: string, size: string, threads: number): Promise<Diffusers> {
    const side = new OtherSide('diffusers', python, [path.join(import.meta.dirname, 'reference.py'), folder, size, String(threads)]);
    return new Diffusers(side, await side.next());
  }

  sides({ prompt, size, steps, cfgScale }: Picture, folder: string): Side[] {
    return this.#names.map((name) => ({
      name: `diffusers ${name}`,
      least: name.endsWith('f32') ? exact : reduced,
      paint: async (seed) => {
        const out = path.join(folder, 'diffusers.raw');
        const ask = { side: name, prompt, seed, width: size, height: size, steps, cfgScale, out };
        const took = await this.#side.ask<{ seconds: number; cpuSeconds: number }>(ask);
        return { ...took, pixels: await readFile(out) };
      },
      end: async () => void (await this.#side.ask({ drop: name })),
    }));
  }

  end(): Promise<void> {
    return this.#side.end();
  }
}
