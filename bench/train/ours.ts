/** Our side of bench/train/speed.ts: does one training step for each line on stdin. argv: the request as JSON. */
import { createInterface } from 'node:readline';
import { localEngine } from '../../lib/engine/addon/engine.ts';
import type { NativeCheckpointing, NativeTrainItem } from '../../lib/engine/addon/trainer-types.ts';

export interface OursRequest {
  model: string;
  size: number;
  batch: number;
  rank: number;
  threads: number;
  weightType?: string;
  checkpointing: NativeCheckpointing;
}

const say = (values: object): void => console.log(JSON.stringify(values));
const ignore = (): void => undefined;
const { model, size, batch, rank, threads, weightType, checkpointing } = JSON.parse(process.argv[2] ?? '') as OursRequest;
const before = process.memoryUsage.rss();
const request = { model, threads, ...(weightType !== undefined && { weightType }) };
const trainer = await localEngine().loadTrainer(request, ignore).promise;
const { contextWidth, latentFactor } = trainer.info();
const network = await trainer.createNetwork({ kind: 'lora', rank, alpha: rank, targets: 'default', seed: 1 }, ignore).promise;
const plan = await trainer.plan({ width: size, height: size, batch, checkpointing }, ignore).promise;
await trainer.begin({ optimizer: { kind: 'adamw' }, objective: { minSnr: 0 }, clipNorm: 1, checkpointing }).promise;
const edge = size / latentFactor;
const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, at) => 1.7 * Math.sin(1.3 * at * at + at));
const items = Array.from(
  { length: batch },
  (_, id): NativeTrainItem => ({
    id,
    latent: { width: edge, height: edge, channels: 4, mean: values(4 * edge * edge) },
    text: { context: values(77 * contextWidth), width: contextWidth, tokens: 77, text: '' },
  }),
);
say({ ready: true, before, parameters: network.parameters, planned: plan.computeBytes });
let step = 0;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === '') continue;
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const { loss } = await trainer.step({ batches: [{ items }], learningRate: 1e-4, seed: 1, step: ++step }, ignore).promise;
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  say({ seconds, cpu: (user + system) / 1e6, loss, peak: process.resourceUsage().maxRSS * 1024 });
}
await trainer.dispose().promise;
