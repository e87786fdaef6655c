import type { PanelGain, Proposal } from '../../../lib/artist/index.ts';
import { counted } from '../../../lib/core/index.ts';
import { shownDay } from '../../print/times.ts';

/** The document of --json. */
export function proposalView({ madeAt, trial, model, ...rest }: Proposal) {
  return {
    ...rest,
    model: model ?? null,
    madeAt: new Date(madeAt).toISOString(),
    trial: trial ? { ...trial, at: new Date(trial.at).toISOString() } : null,
  };
}

export const proposalLine = ({ id, state, madeAt, works, held, steps, trial }: Proposal): string =>
  `${id.padEnd(4)} ${state.padEnd(11)} ${shownDay(madeAt)}  ${counted(works.length, 'work')}, ${held.length} held out, ${counted(steps, 'step')}${trial ? `; ${trial.passed ? 'passed' : 'did not pass'}` : ''}`;

const figures = ({ without, with: value, gain, interval: [low, high] }: PanelGain): string =>
  `${without.toFixed(4)} without, ${value.toFixed(4)} with: gain ${gain.toFixed(4)} (95 %: ${low.toFixed(4)} to ${high.toFixed(4)})`;

export function trialLines({ trial }: Proposal): string[] {
  if (!trial) return [];
  return [
    `style    ${figures(trial.style)}`,
    `novelty  ${figures(trial.novelty)}`,
    `${trial.passed ? 'passed' : 'did not pass'}: ${trial.reason}`,
  ];
}
