/** Samples that somebody asks for after or during a run: painted as jobs of the queue with the LoRA of a checkpoint, and kept with the run. */
import * as z from 'zod';
import { ArtistError, defined, isArtistError, refusedName, type StateDefinition, StateFile, writeFileAtomic } from '../../../core/index.ts';
import { readRunRecord, samplesOf } from '../../../train/index.ts';
import type { Caller, ServerContext } from '../../context.ts';
import { checkpointOf } from './runs.ts';

const askedSchema = z.strictObject({
  /** Id of the job. */
  job: z.string(),
  step: z.int(),
  prompt: z.string(),
  seed: z.int(),
  /** Milliseconds since 1970. */
  askedAt: z.int(),
  /** Whether its picture lies in the folder of the run. */
  kept: z.boolean(),
});
export type AskedSample = z.output<typeof askedSchema>;
const bookSchema = z.strictObject({ samples: z.array(askedSchema) });
const book: StateDefinition<z.output<typeof bookSchema>> = {
  ...{ kind: 'asked-samples', version: 1, schema: bookSchema },
  initial: () => ({ samples: [] }),
  lists: { samples: {} },
};
/** Samples of a run that are kept; the pictures of older ones stay in its folder. */
const mostKept = 1000;

export interface SampleWish {
  /** undefined: that of the newest checkpoint. */
  step: number | undefined;
  prompts: readonly string[] | undefined;
  seed: number | undefined;
}

export type SampleState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export class AskedSamples {
  readonly #context: ServerContext;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /**
   * Adds a job for each prompt.
   *
   * @throws ArtistError ERR_NOT_FOUND: no such run or checkpoint; every error of readRunRecord() and PaintJobs.submit()
   */
  async ask(run: string, { step, prompts, seed }: SampleWish, caller: Caller): Promise<AskedSample[]> {
    const { home, jobs, clock } = this.#context;
    const checkpoint = await checkpointOf(home, run, step);
    const own = samplesOf(await readRunRecord(home.trainingRun(run)));
    const { model, ...load } = own.load as { model?: string };
    const asked: AskedSample[] = [];
    try {
      for (const [at, prompt] of (prompts ?? own.prompts).entries()) {
        const first = seed ?? own.seed;
        const options = defined({ prompt, seed: first + at, steps: own.steps, cfgScale: own.cfgScale, loras: [{ path: checkpoint.lora }] });
        const work = { kind: 'generate', ...defined({ model }), load, options } as const;
        const { id } = await jobs.submit({ work, keep: false, client: caller.id, dialect: 'api' });
        asked.push({ job: id, step: checkpoint.step, prompt, seed: first + at, askedAt: clock.now(), kept: false });
      }
    } catch (error) {
      for (const { job } of asked) await jobs.cancel(job);
      throw error;
    }
    await this.#file(run).change((state) => {
      state.samples = [...state.samples, ...asked].slice(-mostKept);
    });
    for (const one of asked) this.#keepLater(run, one.job);
    return asked;
  }

  /** Newest first. Pictures that were finished while no server waited for them are kept now. */
  async list(run: string): Promise<(AskedSample & { state: SampleState })[]> {
    const { samples } = await this.#file(run).read();
    const listed = await Promise.all(samples.map(async (one) => ({ ...one, ...(await this.#stateOf(run, one)) })));
    return listed.reverse();
  }

  /** Path of the picture. @throws ArtistError ERR_NOT_FOUND */
  async pictureOf(run: string, job: string): Promise<string> {
    const one = (await this.#file(run).read()).samples.find((sample) => sample.job === job);
    if (one && (one.kept || (await this.#keep(run, job)))) return this.#pathOf(run, job);
    throw new ArtistError('ERR_NOT_FOUND', `sample: expected one of the run that is painted, got ${JSON.stringify(job)}`);
  }

  #file(run: string): StateFile<z.output<typeof bookSchema>> {
    if (refusedName(run) !== undefined)
      throw new ArtistError('ERR_NOT_FOUND', `run: expected the name of a training run, got ${JSON.stringify(run)}`);
    const { home, clock } = this.#context;
    return new StateFile(home.trainingRun(run, 'asked-samples.json'), book, { clock });
  }

  #pathOf(run: string, job: string): string {
    return this.#context.home.trainingRun(run, 'samples', `asked-${job}.png`);
  }

  async #stateOf(run: string, { job, kept }: AskedSample): Promise<{ state: SampleState; kept: boolean }> {
    if (kept) return { state: 'done', kept };
    try {
      const { state } = await this.#context.jobs.get(job);
      if (state === 'done') return { state, kept: await this.#keep(run, job) };
      return { state: state === 'delayed' ? 'waiting' : state, kept };
    } catch (error) {
      if (!isArtistError(error, 'ERR_NOT_FOUND')) throw error;
      return { state: 'failed', kept }; // the queue has forgotten it, so nobody will paint it
    }
  }

  #keepLater(run: string, job: string): void {
    const { jobs, closing, warn } = this.#context;
    jobs
      .wait(job, { signal: closing })
      .then(({ state }) => (state === 'done' ? this.#keep(run, job) : undefined))
      .catch((error: unknown) => {
        if (!closing.aborted) warn(`samples: ${error instanceof Error ? error.message : String(error)}`);
      });
  }

  /** Copies the picture of a job that is done into the folder of the run. @returns whether it is there */
  async #keep(run: string, job: string): Promise<boolean> {
    try {
      const { bytes } = await this.#context.jobs.picture(job, 0);
      await writeFileAtomic(this.#pathOf(run, job), bytes, { overwrite: true });
    } catch (error) {
      if (isArtistError(error, 'ERR_NOT_FOUND')) return false; // not painted yet, or expired
      throw error;
    }
    await this.#file(run).change(({ samples }) => {
      const one = samples.find((sample) => sample.job === job);
      if (one) one.kept = true;
    });
    return true;
  }
}
