/** The steps of a run: keeps the position and does what is due after each step. */

import { join } from 'node:path';
import { isArtistError } from '../../core/index.ts';
import type { NativeTrainBatch } from '../../engine/index.ts';
import { bucketName } from '../../lora/index.ts';
import { type PlanItem, type PlannedStep, type PlanPosition, planStart, walkPlan } from '../data/epoch-plan.ts';
import { type BatchMaker, trainBatch, validationBatches } from '../encode/batches.ts';
import {
  type Checkpoint,
  listCheckpoints,
  readCheckpoint,
  sweepCheckpoints,
  type TrainProgress,
  writeCheckpoint,
} from '../record/checkpoint.ts';
import { promptsOf } from '../record/run-samples.ts';
import { Smoothed } from '../report/smoothing.ts';
import { EarlyStop } from './early-stop.ts';
import type { BeginEvent } from './events.ts';
import type { Run } from './run.ts';
import { paintStrip } from './samples.ts';
import { learningRateShare } from './schedule.ts';
import { validationLoss } from './validation.ts';

export interface LoopOutcome {
  position: PlanPosition;
  loss: number;
  stoppedEarly: boolean;
  validation: { first: number; last: number; best: number; bestStep: number } | undefined;
  /** Seconds spent in steps, over all sessions. */
  trainingSeconds: number;
  perStep: number;
  /** LoRA file of the best validation, if the run stopped early. */
  best: string | undefined;
  /** Prompts of the sample strip. */
  prompts: readonly string[];
}

class Loop {
  readonly #run: Run;
  readonly #smoothed = new Smoothed();
  readonly #early: EarlyStop;
  readonly #maker: BatchMaker;
  readonly #prompts: readonly string[];
  readonly #root: string;
  readonly #best: string;
  #heldOut: NativeTrainBatch[] = [];
  #position: PlanPosition = planStart;
  #validation: { first: number; last: number } | undefined;
  #loss = Number.NaN;
  #seconds = 0;
  #stopped = false;
  #saved = 0;
  #samples: boolean;
  /** Number of steps in this process and the seconds they took. */
  #thisSession = { steps: 0, seconds: 0 };

  constructor(run: Run) {
    const { settings, framed, encodings, session, options, output, dataSet } = run;
    this.#run = run;
    this.#early = new EarlyStop(settings.validation);
    this.#samples = settings.samples.every > 0;
    this.#root = join(output.folder, 'checkpoints');
    this.#best = join(output.folder, 'best.safetensors');
    this.#maker = {
      pictures: new Map(framed.map((picture) => [picture.picture.id, picture])),
      encodings,
      captions: settings.captions,
      seed: settings.seed,
      priorWeight: settings.priorWeight,
      sizeConditions: session.info.sizeConditions,
    };
    const captions = dataSet.pictures.filter(({ role }) => role === 'train').map(({ caption }) => caption);
    this.#prompts = promptsOf(options.samples.prompts, captions, settings.captions);
  }

  get #ema(): boolean {
    return (this.#run.settings.begin.ema ?? 0) > 0;
  }

  get #progress(): TrainProgress {
    const { best, bestStep, since } = this.#early;
    return {
      position: this.#position,
      smoothed: this.#smoothed.state,
      loss: this.#loss,
      validation: this.#validation ? { ...this.#validation, best, bestStep, since } : null,
      seconds: this.#seconds,
      stopped: this.#stopped,
    };
  }

  /** Restores the newest checkpoint, if there is one. */
  async restore(): Promise<void> {
    await sweepCheckpoints(this.#root);
    const newest = (await listCheckpoints(this.#root)).at(-1);
    if (!newest) return;
    const { state, progress } = await readCheckpoint(newest);
    await this.#run.session.importState(state);
    this.#position = progress.position;
    this.#smoothed.state = progress.smoothed;
    this.#loss = progress.loss;
    this.#seconds = progress.seconds;
    this.#stopped = progress.stopped;
    this.#saved = newest.step;
    if (progress.validation) {
      const { first, last, ...best } = progress.validation;
      this.#validation = { first, last };
      Object.assign(this.#early, best);
    }
  }

  async #writeLora(path: string): Promise<void> {
    const { step, epoch } = this.#position;
    await this.#run.writer.writeInterim(path, await this.#run.session.exportNetwork(this.#ema), { step, epoch });
  }

  async #checkpoint(): Promise<Checkpoint> {
    const { session, settings, emit } = this.#run;
    const written = await writeCheckpoint(this.#root, {
      writeLora: (path) => this.#writeLora(path),
      state: await session.exportState(),
      progress: this.#progress,
      keep: settings.checkpoints.keep,
    });
    this.#saved = written.step;
    emit({ type: 'checkpoint', ...written });
    return written;
  }

  async #validate(): Promise<void> {
    const { session, settings, emit } = this.#run;
    if (this.#heldOut.length === 0) return;
    const { step } = this.#position;
    const loss = await validationLoss(session, this.#heldOut, settings.validation.levels, { ema: this.#ema });
    const enough = this.#early.add(step, loss);
    const best = this.#early.bestStep === step;
    this.#validation = { first: this.#validation?.first ?? loss, last: loss };
    emit({ type: 'validation', step, loss, best });
    if (settings.validation.patience === 0) return;
    if (best && step > 0) await this.#writeLora(this.#best);
    if (!enough || step >= settings.steps) return;
    this.#stopped = true;
    emit({
      type: 'note',
      message: `stopped early after step ${step}: no better validation loss than ${this.#early.best.toFixed(4)} of step ${this.#early.bestStep} in ${settings.validation.patience} validations`,
    });
  }

  async #paint(): Promise<void> {
    const { options, output, signal, emit } = this.#run;
    if (!this.#samples) return;
    const { step } = this.#position;
    const { seed, steps, cfgScale } = options.samples;
    try {
      const strip = await paintStrip(
        options,
        { prompts: this.#prompts, seed, steps, cfgScale },
        { folder: join(output.folder, 'samples'), step, writeLora: step > 0 ? (path) => this.#writeLora(path) : undefined, signal, emit },
      );
      emit({ type: 'sample', step, ...strip });
    } catch (error) {
      if (signal.aborted || !isArtistError(error)) throw error;
      // A failed sample must not cost hours of training.
      this.#samples = false;
      emit({ type: 'warning', message: `no more samples: ${error.code}: ${error.message}` });
    }
  }

  async #step({ step, batches: planned, next }: PlannedStep): Promise<void> {
    const { session, settings, emit } = this.#run;
    const batches: NativeTrainBatch[] = [];
    for (const batch of planned) batches.push(await trainBatch(batch, this.#maker));
    const share = learningRateShare(step - 1, settings.steps, settings);
    const begun = performance.now();
    const { loss, gradientNorm } = await session.step({
      batches,
      learningRate: settings.learningRate * share,
      textLearningRate: settings.textLearningRate * share,
      seed: settings.seed,
      step,
    });
    const seconds = (performance.now() - begun) / 1000;
    this.#position = next;
    this.#seconds += seconds;
    this.#thisSession.steps++;
    this.#thisSession.seconds += seconds;
    this.#loss = this.#smoothed.add(loss);
    const secondsPerStep = this.#thisSession.seconds / this.#thisSession.steps;
    emit({
      type: 'step',
      step,
      steps: settings.steps,
      loss,
      smoothedLoss: this.#loss,
      learningRate: settings.learningRate * share,
      gradientNorm,
      secondsPerStep,
      etaSeconds: secondsPerStep * (settings.steps - step),
    });
  }

  /** Does what is due after a step. */
  async #afterStep(): Promise<void> {
    const { settings, log } = this.#run;
    const { step } = this.#position;
    const last = step >= settings.steps;
    if (last || step % settings.validation.every === 0) await this.#validate();
    const ends = last || this.#stopped;
    if (this.#samples && (ends || step % settings.samples.every === 0)) await this.#paint();
    if (ends || step % settings.checkpoints.every === 0) await this.#checkpoint();
    await log.flush();
  }

  async run(begin: BeginEvent): Promise<LoopOutcome> {
    const { settings, framed, emit, log, resumed } = this.#run;
    const { batchSize, accumulation, seed, steps } = settings;
    if (resumed) await this.restore();
    emit({ ...begin, from: this.#position.step });
    if (resumed) emit({ type: 'note', message: `continues after step ${this.#position.step} of ${steps}` });
    const held = framed.filter(({ picture }) => picture.role === 'validation');
    this.#heldOut = await validationBatches(held, batchSize, this.#maker);
    if (this.#position.step === 0) {
      await this.#validate();
      await this.#paint();
    }
    await log.flush();
    const items: PlanItem[] = framed.flatMap(({ picture: { id, role, repeats }, bucket, frames }) =>
      role === 'validation' ? [] : [{ id, role, repeats, bucket: bucketName(bucket), frames: frames.length }],
    );
    try {
      for (const planned of walkPlan(items, { seed, batchSize, accumulation }, this.#position)) {
        if (planned.step > steps || this.#stopped) break;
        await this.#step(planned);
        await this.#afterStep();
      }
    } catch (error) {
      await this.#saveProgress();
      throw error;
    }
    const { best, bestStep } = this.#early;
    return {
      position: this.#position,
      loss: this.#loss,
      stoppedEarly: this.#stopped,
      validation: this.#validation && { ...this.#validation, best, bestStep },
      trainingSeconds: this.#seconds,
      perStep: this.#thisSession.steps > 0 ? this.#thisSession.seconds / this.#thisSession.steps : 0,
      best: this.#stopped && bestStep > 0 ? this.#best : undefined,
      prompts: this.#prompts,
    };
  }

  /** A cancelled step leaves the parameters unchanged, so the steps since the last checkpoint can still be saved. */
  async #saveProgress(): Promise<void> {
    const { signal, log } = this.#run;
    if (!signal.aborted || this.#position.step <= this.#saved) return;
    try {
      await this.#checkpoint();
      await log.flush();
    } catch {
      // The caller gets the error that ended the run; the previous checkpoint is intact.
    }
  }
}

/** Trains from the current position to the end. */
export function trainSteps(run: Run, begin: BeginEvent): Promise<LoopOutcome> {
  return new Loop(run).run(begin);
}
