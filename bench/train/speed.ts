/**
 * Compares LoRA training with diffusers and PEFT on PyTorch: the same random weights (SD 1 layout), rank, batch and size, AdamW, in turn in
 * one run. Prints seconds per step (median; also CPU time, for machines that run other programs) and the peak resident memory of each
 * side's process.
 *
 *     npx tsx bench/train/speed.ts [--python python3] [--models tiny,sd15] [--sizes 256] [--batch 1] [--rank 16] [--threads 2] [--rounds 5]
 *         [--sides f32,f16,f32-fine,torch-f32,torch-bf16,torch-f32-checkpointed] [--json]
 *
 * Ours always keeps convolution kernels in half precision; f32 and f16 are the types of the other matrices. Python needs torch, diffusers,
 * peft and safetensors; without them it prints that nothing was compared.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hardware, hardwareLine } from '../hardware.ts';
import { spread } from '../numbers.ts';
import { OtherSide } from '../other-side.ts';
import type { OursRequest } from './ours.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    models: { type: 'string', default: 'tiny,sd15' },
    sizes: { type: 'string', default: '256' },
    batch: { type: 'string', default: '1' },
    rank: { type: 'string', default: '16' },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '5' },
    sides: { type: 'string', default: 'f32,f16,f32-fine,torch-f32,torch-bf16,torch-f32-checkpointed' },
    json: { type: 'boolean', default: false },
  },
});
const [batch, rank, threads, rounds] = [values.batch, values.rank, values.threads, values.rounds].map(Number) as [
  number,
  number,
  number,
  number,
];
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Answer {
  ready?: boolean;
  before?: number;
  seconds?: number;
  cpu?: number;
  peak?: number;
  torch?: string;
  parameters?: number;
}

interface Row {
  model: string;
  size: number;
  side: string;
  seconds: ReturnType<typeof spread>;
  /** CPU time of all threads, which other programs affect least. */
  cpu: ReturnType<typeof spread>;
  /** Peak above the process's size before it loads anything. */
  peakBytes: number;
}

/** Measures one side in its own process, so that the peak memory is that side's alone. */
async function measure(side: string, model: string, size: number, folder: string): Promise<Row & { torch?: string }> {
  const torch = side.startsWith('torch-');
  const request: OursRequest = {
    ...{ model: join(folder, `${model}.safetensors`), size, batch, rank, threads },
    weightType: side.startsWith('f16') ? 'f16' : 'f32',
    checkpointing: side.endsWith('-fine') ? 'fine' : 'none',
  };
  const process_ = torch
    ? new OtherSide('Python', values.python, [here('reference.py'), folder, model, ...[size, batch, rank, threads].map(String)])
    : new OtherSide('ai-artist', process.execPath, ['--import', 'tsx', here('ours.ts'), JSON.stringify(request)]);
  try {
    const { before = 0, torch: version } = await process_.next<Answer>();
    const question = { what: 'step', dtype: side.includes('bf16') ? 'bf16' : 'f32', checkpointing: side.endsWith('-checkpointed') };
    const [seconds, cpu]: [number[], number[]] = [[], []];
    let peak = 0;
    for (let round = 0; round <= rounds; round++) {
      const answer = await process_.ask<Answer>(question);
      if (round > 0) {
        // The first step is a warm-up.
        seconds.push(answer.seconds ?? Number.NaN);
        cpu.push(answer.cpu ?? Number.NaN);
      }
      peak = answer.peak ?? 0;
    }
    return {
      model,
      size,
      side,
      seconds: spread(seconds),
      cpu: spread(cpu),
      peakBytes: peak - before,
      ...(version !== undefined && { torch: version }),
    };
  } finally {
    await process_.end();
  }
}

const found = spawnSync(values.python, ['-c', 'import torch, diffusers, peft, safetensors'], { encoding: 'utf8' });
if (found.status !== 0) {
  console.error(
    `bench/train: skipped, the other side is not there: ${(found.stderr ?? found.error?.message ?? '').trim().split('\n').at(-1)}`,
  );
  console.error('Install it with: pip install torch diffusers peft safetensors, and name it with --python');
  process.exit(0);
}
const folder = await mkdtemp(join(tmpdir(), 'ai-artist-bench-train-'));
const rows: (Row & { torch?: string })[] = [];
try {
  for (const model of values.models.split(','))
    for (const size of values.sizes.split(',').map(Number)) {
      const sides = values.sides.split(',');
      // PyTorch first, because it writes the weights.
      for (const side of [...sides.filter((name) => name.startsWith('torch-')), ...sides.filter((name) => !name.startsWith('torch-'))]) {
        const row = await measure(side, model, size, folder);
        console.error(`${model} ${size} ${side}: ${row.seconds.median.toFixed(2)} s a step, ${row.cpu.median.toFixed(2)} s of CPU`);
        rows.push(row);
      }
    }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const machine = await hardware();
if (values.json) console.log(JSON.stringify({ hardware: machine, batch, rank, threads, rounds, rows }));
else {
  console.error(
    `${hardwareLine(machine)} | torch ${rows.find((row) => row.torch)?.torch ?? 'absent'} | batch ${batch}, rank ${rank}, ${threads} threads each, ${rounds} steps`,
  );
  for (const { model, size, side, seconds, cpu, peakBytes } of rows) {
    const other = rows.find((row) => row.model === model && row.size === size && row.side === 'torch-f32');
    const ratio = (mine: number, theirs: number | undefined): string => (theirs ? `${(mine / theirs).toFixed(2)}x` : '');
    console.log(
      [
        model.padEnd(5),
        String(size).padStart(4),
        side.padEnd(24),
        `${seconds.median.toFixed(2).padStart(7)} s a step (${seconds.min.toFixed(2)}..${seconds.max.toFixed(2)}) ${ratio(seconds.median, other?.seconds.median)}`,
        `CPU ${cpu.median.toFixed(2).padStart(7)} s ${ratio(cpu.median, other?.cpu.median)}`,
        `${(peakBytes / 2 ** 20).toFixed(0).padStart(6)} MiB ${ratio(peakBytes, other?.peakBytes)}`,
      ].join('  '),
    );
  }
}
