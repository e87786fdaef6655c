/**
 * The same picture by several programs in one run, in turns: ours, the engine through its C API, sd-cli from PATH, diffusers on each of its devices.
 * The model is Stable Diffusion 1.5 with random weights, of true size or tiny.
 *
 *     npx tsx bench/peers/peers.ts --python python3 [--model sd15|tiny] [--size 256] [--steps 4] [--rounds 3] [--threads N] [--json]
 *
 * Equal work is checked: each picture is compared with that of diffusers in f32 from the same noise (PSNR; limits in sides.ts), and with that of another
 * seed, which must be farther away. A program that did other work is named, and the exit status is 1. With 4, 10, 28 or 38 steps the time steps are
 * integers, so that both sides interpolate nothing. Python needs torch, diffusers, transformers and safetensors; what is missing is left out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { hardware, hardwareLine } from '../hardware.ts';
import { psnr } from '../model/statistics.ts';
import { type Spread, spread } from '../numbers.ts';
import { OtherSide } from '../other-side.ts';
import { cApi, Diffusers, type Found, ours, type Picture, type Side, sdCli } from './sides.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    model: { type: 'string', default: 'sd15' },
    size: { type: 'string', default: '256' },
    steps: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
  },
});

interface Row {
  name: string;
  seconds: Spread;
  /** Absent where the program does not tell. */
  cpu?: Spread;
  /** Decibels: with the reference of the same seed, and of another. */
  psnr: number;
  otherSeed: number;
  isSameWork: boolean;
}

/** Each round asks every side in turn; the first round warms up and is what the pictures are compared by. */
async function measured(sides: readonly Side[], rounds: number): Promise<Row[]> {
  const reference = sides.find(({ name }) => name === 'diffusers cpu f32');
  if (!reference) throw new Error('peers: expected diffusers in f32 as the reference, got none');
  const [same, other] = [(await reference.paint(1)).pixels, (await reference.paint(2)).pixels];
  const rows = new Map<string, { seconds: number[]; cpu: number[]; near: number; far: number }>();
  for (let round = 0; round <= rounds; round++)
    for (const side of sides) {
      const { seconds, cpuSeconds, pixels } = await side.paint(1);
      const row = rows.get(side.name) ?? { seconds: [], cpu: [], near: psnr(pixels, same), far: psnr(pixels, other) };
      rows.set(side.name, row);
      if (round === 0) continue;
      row.seconds.push(seconds);
      if (cpuSeconds !== undefined) row.cpu.push(cpuSeconds);
      console.error(`${side.name}: ${seconds.toFixed(2)} s`);
    }
  return sides.flatMap(({ name, least }) => {
    const row = rows.get(name);
    if (!row) return [];
    const { seconds, cpu, near, far } = row;
    const isSameWork = near >= least && near > far + 6;
    return [{ name, seconds: spread(seconds), ...(cpu.length > 0 && { cpu: spread(cpu) }), psnr: near, otherSeed: far, isSameWork }];
  });
}

const folder = await mkdtemp(path.join(tmpdir(), 'ai-artist-bench-peers-'));
const [size, steps, rounds, threads] = [values.size, values.steps, values.rounds, values.threads].map(Number) as [
  number,
  number,
  number,
  number,
];
let sides: Side[] = [];
try {
  const diffusers = await Diffusers.start(values.python, folder, values.model, threads);
  const picture: Picture = { model: diffusers.model, prompt: 'a red fox in the snow', size, steps, cfgScale: 5, threads };
  const found: Found[] = [
    await ours(picture, 'f32'),
    await ours(picture, 'bf16'),
    await cApi(picture, folder),
    sdCli(picture, folder),
    ...diffusers.sides(picture, folder),
  ];
  sides = found.filter((side): side is Side => 'paint' in side);
  for (const side of found) if ('missing' in side) console.error(`${side.name}: left out, ${side.missing}`);
  const rows = await measured(sides, rounds);
  const machine = await hardware();
  const what = `${values.model}, ${size} px, ${steps} steps with guidance, ${threads} threads each, ${diffusers.versions}`;
  if (values.json) console.log(JSON.stringify({ hardware: machine, what, rounds, rows }));
  else {
    console.log(`${hardwareLine(machine)}\n${what}; median (least..most) of ${rounds}`);
    const base = rows.find(({ name }) => name === 'diffusers cpu f32')?.seconds.median ?? Number.NaN;
    for (const { name, seconds, cpu, ...likeness } of rows)
      console.log(
        `${name.padEnd(20)} ${seconds.median.toFixed(2).padStart(7)} s (${seconds.min.toFixed(2)}..${seconds.max.toFixed(2)})  ` +
          `${(base / seconds.median).toFixed(2)}x  CPU ${cpu ? cpu.median.toFixed(2) : '–'} s  ` +
          `PSNR ${likeness.psnr.toFixed(1)} dB (other seed ${likeness.otherSeed.toFixed(1)})${likeness.isSameWork ? '' : '  OTHER WORK'}`,
      );
  }
  if (rows.some(({ isSameWork }) => !isSameWork)) process.exitCode = 1;
  for (const side of sides) await side.end();
  await diffusers.end();
} catch (error) {
  console.error(`bench/peers: ${error instanceof Error ? error.message : String(error)}`);
  console.error('The reference needs: pip install torch diffusers transformers safetensors, and is named with --python');
  process.exitCode = 1;
} finally {
  OtherSide.endAll();
  await rm(folder, { recursive: true, force: true });
}
