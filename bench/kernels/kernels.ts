/**
 * Seconds of whole networks on the CPU with our kernels, beside PyTorch: the x4 upscaler from 128 to 512 pixels, the KL autoencoder's decode to
 * 256 pixels, and a step with guidance of Stable Diffusion 1.5's UNet at 256 pixels. Weights are random; f32 is exact, bf16 rounds the inputs
 * of products. Processor seconds of the best round, and wall seconds, so that a machine that runs other programs can be measured too.
 *
 *     npx tsx bench/kernels/kernels.ts [--python python3] [--variants native,avx2] [--networks upscaler,vae,unet] [--threads 1] [--rounds 5] [--json]
 *
 * Variants are those of test/native/variants.cmake. The PyTorch side needs torch and diffusers; without --python it is left out.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { hardware, hardwareLine } from '../hardware.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    variants: { type: 'string', default: 'native,avx2' },
    networks: { type: 'string', default: 'upscaler,vae,unet' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const buildDir = join(root, 'build/bench-kernels');
const variants = values.variants.split(',');
const seconds = z.object({ processor: z.number(), wall: z.number() });

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.slice(-2000)}`);
  return stdout;
}

const options = ['-DAI_ARTIST_TESTS=ON', '-DAI_ARTIST_BENCH=ON', '-DCMAKE_BUILD_TYPE=Release'];
run('cmake', ['-S', 'test/native', '-B', buildDir, ...options]);
run('cmake', ['--build', buildDir, '--parallel', '2', '--target', ...variants.map((variant) => `networks-${variant}`)]);

const sides = variants.map((variant) => ({
  name: `ours, ${variant}`,
  command: join(buildDir, `networks-${variant}`),
  args: [] as string[],
}));
if (values.python !== undefined)
  sides.push({ name: 'PyTorch', command: values.python, args: [fileURLToPath(new URL('reference.py', import.meta.url))] });

const rows: { network: string; side: string; precision: string; processor: number; wall: number }[] = [];
for (const network of values.networks.split(',')) {
  for (const { name, command, args } of sides) {
    for (const precision of ['f32', 'bf16']) {
      const measured = seconds.parse(JSON.parse(run(command, [...args, network, precision, values.threads, values.rounds])));
      rows.push({ network, side: name, precision, ...measured });
    }
  }
}
const found = await hardware();
if (values.json) console.log(JSON.stringify({ hardware: found, threads: Number(values.threads), rows }));
else {
  console.log(`${hardwareLine(found)}\n${values.threads} threads, best of ${values.rounds}; processor seconds (wall seconds)`);
  for (const { network, side, precision, processor, wall } of rows)
    console.log(`${network.padEnd(9)} ${side.padEnd(16)} ${precision.padEnd(5)} ${processor.toFixed(2)} (${wall.toFixed(2)})`);
}
