/** What tuning found, for people. */
import { spreadText } from '../../lib/bench/index.ts';
import { counted } from '../../lib/core/index.ts';
import {
  changesBetween,
  type Surroundings,
  settingsText,
  type Trial,
  type TuneReport,
  type Tuning,
  valueText,
} from '../../lib/tune/index.ts';
import { alignColumns } from './ledger-table.ts';
import { shownDay } from './times.ts';

const psnrText = (psnr: number | null | undefined): string =>
  psnr === undefined ? '–' : psnr === null ? 'exact' : `${psnr.toFixed(1)} dB`;
const clipText = (clip: { before: number; after: number } | undefined): string =>
  clip ? `${clip.before.toFixed(3)} → ${clip.after.toFixed(3)}` : '–';

function trialRow({ option, value, isLossy, verdict, before, after, psnr, clip, reason }: Trial): string[] {
  const seconds =
    before && after ? [spreadText(before), spreadText(after), `×${(before.median / after.median).toFixed(2)}`] : ['–', '–', '–'];
  return [
    `${option} ${valueText(value)}${isLossy ? ' (lossy)' : ''}`,
    ...seconds,
    psnrText(psnr),
    clipText(clip),
    `${verdict === 'no-gain' ? 'no gain' : verdict}${reason === undefined ? '' : `: ${reason}`}`,
  ];
}

/** Every value that was tried, then what was chosen and what it costs. */
export function tuneLines({ tuning, trials }: TuneReport): string[] {
  const { model, device, settings, measured } = tuning;
  const { width, height, steps, repeats, before, after, psnr, clip } = measured;
  const table = alignColumns([['tried', 'before, s', 'with it, s', '', 'PSNR', 'CLIP', ''], ...trials.map(trialRow)]);
  return [
    `${model.name} on ${device}, ${width}x${height}, ${counted(steps, 'step')}, ${counted(repeats, 'repeat')}`,
    ...table,
    '',
    `fastest: ${settingsText(settings)}`,
    `seconds: ${spreadText(before)} with the defaults, ${spreadText(after)} with these, ×${(before.median / after.median).toFixed(2)}`,
    `pictures: ${psnrText(psnr)}${clip ? `, CLIP ${clipText(clip)}` : ''}`,
  ];
}

/** What makes the figures doubtful. */
export function tuneDoubts({ tuning: { measured } }: TuneReport): string[] {
  const { othersBusy, isComplete, repeats } = measured;
  return [
    ...(othersBusy > 0.1
      ? [`other programs used up to ${Math.round(othersBusy * 100)} % of the processors: measure again when the machine is quiet`]
      : []),
    ...(isComplete ? [] : ['the time was over before everything was tried: give it more with --minutes']),
    ...(repeats < 3 ? ['with fewer than 3 repeats, chance may have chosen'] : []),
  ];
}

/** Why stored settings are not used; undefined: they are, or it is not known here. */
function staleness(tuning: Tuning, now: Surroundings | undefined): string {
  const changes = now ? changesBetween(tuning.surroundings, now) : [];
  return changes.length > 0 ? `stale: other ${changes.join(', ')}` : 'in use';
}

/** A line for each record. */
export function storedLines(tunings: readonly Tuning[], now: Surroundings | undefined): string[] {
  return alignColumns(
    tunings.map((tuning) => {
      const { model, device, settings, measured } = tuning;
      const gain = `×${(measured.before.median / measured.after.median).toFixed(2)}`;
      return [
        model.name,
        device,
        shownDay(measured.at),
        gain,
        psnrText(measured.psnr),
        `${settingsText(settings)}; ${staleness(tuning, now)}`,
      ];
    }),
  );
}
