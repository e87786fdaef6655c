/** The result file of a run: one JSON, of which docs/bench-result.schema.json is the schema (scripts/generate.mjs writes it). */
import * as z from 'zod';
import { suiteNames } from '../tasks/task.ts';

/** Counted up when a reader of the version before would misread a file. */
export const resultVersion = 2;

const seconds = z.number().min(0);

const energySchema = z.strictObject({
  cpu: z.number().min(0).optional().describe('Processor packages; on a Mac its processor cores'),
  gpu: z.number().min(0).optional().describe('All GPUs whose power is told'),
  memory: z.number().min(0).optional(),
});
/** Joules by part of the machine. */
export type Energy = z.output<typeof energySchema>;

const repeat = z.strictObject({
  seconds: seconds.describe('Wall time'),
  cpuSeconds: seconds.describe('Processor time of all threads'),
  parts: z.record(z.string(), seconds).describe('Wall time of the parts that the engine tells apart: encode, sample, decode …'),
  othersBusy: z.number().min(0).max(1).describe('Share of the processors that other programs used meanwhile'),
  peakBytes: z.number().min(0).describe('Largest resident memory of this process meanwhile'),
  deviceBytes: z.number().min(0).describe('Most memory of the GPUs that was taken since the model was loaded; 0 without one'),
  operations: z
    .number()
    .min(0)
    .optional()
    .describe('Floating-point operations of products, convolutions and attention, counted by the engine; a product and its sum are two'),
  joules: energySchema.optional().describe('Energy, where the machine tells it to this user'),
  throttled: z.array(z.string().max(100)).max(20).optional().describe('Why a device lowered its clocks meanwhile, where it tells'),
});
export type Repeat = z.output<typeof repeat>;

const task = z.strictObject({
  id: z.string().max(100),
  suite: z.enum(suiteNames),
  recipe: z.record(z.string(), z.union([z.string(), z.number()])).describe('What fixes the amount of work'),
  tuned: z.record(z.string(), z.string()).optional().describe('Settings that ai-artist tune found, with which it was painted'),
  status: z.enum(['done', 'partial', 'skipped', 'failed']),
  reason: z.string().optional().describe('Why it was skipped, failed or is partial'),
  loadSeconds: seconds.optional(),
  firstSeconds: seconds.optional().describe('The first repeat, which warms up and is not among the others'),
  repeats: z.array(repeat).max(1000),
  digest: z.string().optional().describe('SHA-256 of size and pixels; absent where repeats differ or there is no picture'),
});
export type TaskResult = z.output<typeof task>;

const device = z.strictObject({ name: z.string(), description: z.string(), type: z.string(), totalBytes: z.number() });

const gpu = z.strictObject({
  name: z.string(),
  cores: z.int().optional(),
  memoryBytes: z.number().optional().describe('Absent where it shares the memory of the processor'),
  driver: z.string().optional(),
  powerLimitWatts: z.number().optional(),
  maxClockMhz: z.number().optional(),
  capability: z.string().optional().describe('Metal 3; or the compute capability of CUDA'),
});

const probe = z.strictObject({
  device: z.string(),
  products: z.array(
    z.strictObject({ type: z.string(), size: z.int().min(1).describe('Rows and columns of both matrices'), tflops: z.number().min(0) }),
  ),
  convolution: z
    .strictObject({ type: z.string(), channels: z.int().min(1), tflops: z.number().min(0) })
    .optional()
    .describe('3 x 3 over 64 x 64 places; absent where the device has no such operation'),
});
/** How fast the device multiplies matrices of weights with one of F32, and computes a convolution. */
export type Probe = z.output<typeof probe>;

export const machineSchema = z.strictObject({
  cpu: z.string(),
  cores: z.int().min(1).describe('Physical'),
  threads: z.int().min(1).describe('Logical processors'),
  cpuFeatures: z.array(z.string()),
  memoryBytes: z.number(),
  system: z.string().describe('Platform, architecture, C library, Node and release'),
  devices: z.array(device).describe('What the engine can run on'),
  model: z.string().optional().describe('Of a Mac, such as Mac16,8'),
  coreKinds: z.strictObject({ performance: z.int(), efficiency: z.int() }).optional(),
  gpus: z.array(gpu).optional().describe('GPUs as the system tells them'),
  meters: z.array(z.string()).optional().describe('What energy was read from; absent: nothing'),
  driver: z.string().optional().describe('Of an NVIDIA GPU'),
  power: z.string().optional().describe('Power mode or frequency governor, where the system tells'),
});
export type Machine = z.output<typeof machineSchema>;

const build = z.strictObject({
  version: z.string().describe('Of ai-artist'),
  engine: z.string(),
  ggml: z.string(),
  gpu: z.string().describe('GPU backend compiled in: off, cuda, vulkan or metal'),
  compiler: z.string(),
  kernels: z.string().describe('Instruction sets that the running kernels use'),
});

export const resultSchema = z.strictObject({
  format: z.literal('ai-artist-bench'),
  // Files of version 1 only lack fields that are optional now.
  version: z.literal([1, resultVersion]),
  suite: z.strictObject({ version: z.int().min(1), quick: z.boolean(), names: z.array(z.enum(suiteNames)) }),
  createdAt: z.iso.datetime(),
  label: z.string().max(100).optional().describe('A name for tables, such as "MacBook Pro M4"'),
  isPartial: z.boolean().describe('The run was interrupted: what was measured until then is here'),
  machine: machineSchema,
  probe: probe.optional().describe('Products of square matrices, measured in the same run: TFLOP/s that the device reaches'),
  build,
  engine: z.strictObject({ backend: z.string().optional(), threads: z.int().optional() }).describe('Options that were given'),
  tasks: z.array(task).max(200),
  checksum: z.string().optional().describe('SHA-256 of all but the label; absent in files of version 1'),
});
export type BenchResult = z.output<typeof resultSchema>;
