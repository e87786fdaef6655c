import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Milliseconds of one picture: wall time, and CPU time of all threads of the process. */
export interface Took {
  wall: number;
  cpu: number;
}

/** The C program, loaded and waiting. */
export interface Baseline {
  /** Paints, writes the raw pixels to `file`, and returns the time that generate_image() took. */
  paint(seed: number, file: string): Promise<Took>;
  end(): Promise<void>;
}

export interface BaselineOptions {
  program: string;
  vocabulary: string;
  model: string;
  tae: string;
  threads: number;
  size: number;
  sampler: string;
  scheduler: string;
  steps: number;
  cfgScale: number;
  prompt: string;
}

export async function startBaseline(options: BaselineOptions): Promise<Baseline> {
  const { program, vocabulary, model, tae, threads, size, sampler, scheduler, steps, cfgScale, prompt } = options;
  const child = spawn(
    program,
    [vocabulary, model, tae, String(threads), String(size), sampler, scheduler, String(steps), String(cfgScale), prompt],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // The engine's loader writes empty lines to stdout.
  const answer = async (): Promise<string> => {
    while (true) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`baseline: ended with status ${child.exitCode} before it answered`);
      if (value.trim() !== '') return value.trim();
    }
  };
  const first = await answer();
  if (first !== 'ready') throw new Error(`baseline: expected "ready", got ${first}`);
  return {
    paint: async (seed, file) => {
      child.stdin.write(`${seed} ${file}\n`);
      const [wall, cpu] = (await answer()).split(' ').map(Number);
      return { wall: wall ?? Number.NaN, cpu: cpu ?? Number.NaN };
    },
    end: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
