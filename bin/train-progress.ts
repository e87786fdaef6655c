import { createProgress, formatBytes } from '../lib/observe/index.ts';
import type { TrainEvent, TrainLoraResult } from '../lib/train/index.ts';
import { progressIsSilent, seconds } from './progress.ts';
import type { Context, Outcome } from './run.ts';

/** Shows the events of a training as a bar with loss and time left, and what stays as lines. */
export function watchTraining(context: Context): { on: (event: TrainEvent) => void; stop: () => void } {
  const progress = createProgress({ silent: progressIsSilent(context) });
  let validation = '';
  const line = (text: string): void => {
    progress.end();
    context.note(text);
  };
  const on = (event: TrainEvent): void => {
    switch (event.type) {
      case 'load':
        return progress.update('loading', event.step, event.steps);
      case 'prepare':
        return progress.update(
          event.what === 'class pictures' ? 'painting class pictures' : `encoding ${event.what}`,
          event.done,
          event.total,
        );
      case 'begin':
        return line(beginLine(event));
      case 'step':
        return progress.update('training', event.step, event.steps, `loss ${event.smoothedLoss.toFixed(4)}${validation}`);
      case 'validation':
        validation = `, held out ${event.loss.toFixed(4)}`;
        return;
      case 'paint':
        return progress.update('painting samples', event.done, event.total);
      case 'note':
        return line(event.message);
      case 'warning':
        progress.end();
        return context.warn(event.message);
    }
  };
  return { on, stop: () => progress.end() };
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
  return `${pictures} pictures${held} at ${shown}; ${modules} layers, ${(parameters / 1e6).toFixed(2)} M numbers; ${formatBytes(computeBytes)} per step${saving}, on ${device}\nrun: ${folder}`;
}

export function trainingOutcome(result: TrainLoraResult): Outcome {
  const { path, name, bytes, steps, stoppedEarly, loss, validation, seconds: spent, files, licence } = result;
  const held = validation ? `; held-out pictures ${validation.first.toFixed(4)} -> ${validation.last.toFixed(4)}` : '';
  return {
    json: result,
    text: [path],
    notes: [
      `${name}: ${steps} steps${stoppedEarly ? ' (stopped early)' : ''} in ${seconds(spent.training)}, loss ${loss.toFixed(4)}${held}, ${formatBytes(bytes)}`,
      ...(licence.id === 'own' ? [] : [`licence of the LoRA: ${licence.id}`]),
      ...(files.contactSheet === undefined ? [] : [`before and after: ${files.contactSheet}`]),
      `paint with it: ai-artist create "…" --lora ${name}`,
    ],
  };
}
