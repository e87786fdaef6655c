import path from 'node:path';
import { ArtistError, isArtistError } from '../../lib/core/index.ts';
import { createProgress, formatBytes } from '../../lib/observe/index.ts';
import { runsFolder, type TrainEvent, type TrainLoraResult } from '../../lib/train/index.ts';
import type { Context, Outcome } from '../shell/run.ts';
import { progressIsSilent, seconds } from './progress.ts';

const preparing = {
  files: 'reading pictures',
  pictures: 'encoding pictures',
  captions: 'encoding captions',
  'class pictures': 'painting class pictures',
} as const;

/** With fewer pictures, reading is too fast for a bar. */
const worthShowingMs = 1000;

/** A run as the command line shows it, with its newest checkpoint. */
interface WatchedTraining {
  on: (event: TrainEvent) => void;
  stop: () => void;
  /** Folder of the run and step of its newest checkpoint; undefined if there is none. */
  kept: () => { folder: string; step: number } | undefined;
}

/** Shows the events of a training run: a bar with loss and time left, and lines for lasting facts. */
function watchTraining(context: Context): WatchedTraining {
  const progress = createProgress({ silent: progressIsSilent(context) });
  const begun = performance.now();
  let validation = '';
  let folder: string | undefined;
  let step = 0;
  const line = (text: string): void => {
    progress.end();
    context.note(text);
  };
  const on = (event: TrainEvent): void => {
    switch (event.type) {
      case 'load':
        return progress.update('loading', event.step, event.steps);
      case 'prepare':
        if (event.what === 'files' && performance.now() - begun < worthShowingMs) return;
        return progress.update(preparing[event.what], event.done, event.total);
      case 'begin':
        folder = event.folder;
        step = event.from;
        return line(beginLine(event));
      case 'step':
        return progress.update('training', event.step, event.steps, `loss ${event.smoothedLoss.toFixed(4)}${validation}`);
      case 'validation':
        validation = `, held out ${event.loss.toFixed(4)}`;
        return;
      case 'paint':
        return progress.update('painting samples', event.done, event.total);
      case 'checkpoint':
        step = event.step;
        return;
      case 'note':
        return line(event.message);
      case 'warning':
        progress.end();
        return context.warn(event.message);
    }
  };
  return { on, stop: () => progress.end(), kept: () => (folder === undefined || step === 0 ? undefined : { folder, step }) };
}

/** More details than this appear only with `--json`; the message names the first of each reason. */
const fewDetails = 5;

/** The command that resumes a run, by name if it is in the home folder. */
function resumeCommand(folder: string, home: string): string {
  const inHome = path.dirname(folder) === runsFolder(home);
  const run = inHome ? path.basename(folder) : folder;
  return `ai-artist train resume ${/^[\w./:@+-]+$/.test(run) ? run : `'${run.replaceAll("'", "'\\''")}'`}`;
}

/** Runs a training as a command: shows its progress, and prints how to resume it if it ends early. */
export async function showTraining(
  context: Context,
  start: (on: (event: TrainEvent) => void) => PromiseLike<TrainLoraResult>,
): Promise<Outcome> {
  const watched = watchTraining(context);
  try {
    const result = await start(watched.on);
    watched.stop();
    return trainingOutcome(result);
  } catch (error) {
    watched.stop();
    const kept = watched.kept();
    if (kept && !isArtistError(error, 'ERR_RESUME'))
      context.note(`kept up to step ${kept.step}; go on with it: ${resumeCommand(kept.folder, context.home)}`);
    throw isArtistError(error) && !context.json && error.details.length > fewDetails
      ? new ArtistError(error.code, error.message, { cause: error })
      : error;
  }
}

function beginLine({
  pictures,
  heldOut,
  sizes,
  modules,
  parameters,
  memory,
  device,
  folder,
}: Extract<TrainEvent, { type: 'begin' }>): string {
  const { checkpointing, computeBytes } = memory;
  const held = heldOut > 0 ? ` and ${heldOut} held out` : '';
  const shown = sizes.length > 3 ? `${sizes.slice(0, 3).join(', ')} and ${sizes.length - 3} more` : sizes.join(', ');
  const saving = checkpointing === 'none' ? '' : `, checkpointing ${checkpointing}`;
  return `${pictures} pictures${held} at ${shown}; ${modules} layers, ${(parameters / 1e6).toFixed(2)} M parameters; ${formatBytes(computeBytes)} per step${saving}, on ${device}\nrun: ${folder}`;
}

function trainingOutcome(result: TrainLoraResult): Outcome {
  const { path, name, bytes, steps, stoppedEarly, loss, validation, seconds: spent, files, licence } = result;
  const held = validation ? `; held-out pictures ${validation.first.toFixed(4)} -> ${validation.last.toFixed(4)}` : '';
  return {
    json: result,
    text: [path],
    notes: [
      `${name}: ${steps} steps${stoppedEarly ? ' (stopped early)' : ''} in ${seconds(spent.training)} (${seconds(spent.total)} in all), loss ${loss.toFixed(4)}${held}, ${formatBytes(bytes)}`,
      ...(licence.id === 'own' ? [] : [`licence of the LoRA: ${licence.id}`]),
      ...(files.contactSheet === undefined ? [] : [`before and after: ${files.contactSheet}`]),
      `paint with it: ai-artist create "…" --lora ${name}`,
    ],
  };
}
