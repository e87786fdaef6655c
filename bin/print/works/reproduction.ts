import type { ComparedStage, Reproduction } from '../../../lib/artist/index.ts';
import type { Outcome } from '../../shell/run.ts';
import { seconds } from '../progress.ts';

const decibels = ({ exact, psnr }: Pick<ComparedStage, 'exact' | 'psnr'>): string =>
  exact ? 'bit-exact' : psnr === null ? 'of another size' : `PSNR ${psnr.toFixed(1)} dB`;

function stageLine(name: string, stage: ComparedStage): string {
  const { width, height, exact, psnr, differing, largest, storedReduced } = stage;
  const against = storedReduced ? ', compared with the stored picture scaled down' : '';
  const detail = exact || psnr === null ? '' : `; ${(100 * differing).toFixed(1)} % of the pixels differ, by ${largest} at most`;
  return `${name}, ${width}x${height}: ${decibels(stage)}${detail}${against}`;
}

export function report({ image, ...result }: Reproduction, saved: string | undefined): Outcome {
  const { id, verdict, closeFrom, painted, upscaled, differences } = result;
  const judged =
    verdict === 'bit-exact'
      ? verdict
      : `${verdict}, ${decibels(upscaled ?? painted)} (${verdict === 'close' ? 'at least' : 'below'} ${closeFrom} dB)`;
  return {
    json: { ...result, upscaled: upscaled ?? null, recipe: image.recipe, path: saved ?? null },
    text: [`${id}: ${judged}`],
    notes: [
      // A scaled-down stored picture never matches exactly, so this line helps only if the enlarged one does not match.
      ...(painted.storedReduced && upscaled?.exact ? [] : [stageLine('as painted', painted)]),
      ...(upscaled ? [stageLine('enlarged', upscaled)] : []),
      ...differences.map(({ what, recorded, now }) => `another ${what}: recorded ${recorded ?? 'none'}, now ${now ?? 'none'}`),
      `${seconds(result.seconds)}${saved === undefined ? '' : `, saved as ${saved}`}`,
    ],
    status: verdict === 'different' ? 1 : 0,
  };
}
