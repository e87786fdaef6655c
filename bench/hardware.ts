import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { versions } from '../lib/index.ts';

/** The machine that figures were measured on; printed above them. */
export interface Hardware {
  cpu: string;
  threads: number;
  memoryGiB: number;
  system: string;
  node: string;
  engine: string;
  ggml: string;
  gpu: string;
  compiler: string;
}

export function hardware(): Hardware {
  const { engine, ggml, gpu, compiler } = versions();
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    engine,
    ggml,
    gpu,
    compiler,
  };
}

export function hardwareLine(found: Hardware): string {
  const { cpu, threads, memoryGiB, system, node, engine, ggml, gpu, compiler } = found;
  return `${cpu}, ${threads} threads, ${memoryGiB} GiB | ${system} | node ${node} | ${engine}, ggml ${ggml}, gpu ${gpu}, ${compiler}`;
}
