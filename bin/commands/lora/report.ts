import { ArtistError } from '../../../lib/core/index.ts';
import { floatTypes } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import type { LoraReport } from '../../../lib/train/index.ts';
import { choice, text, toggle } from '../../flags.ts';
import type { Context, Outcome } from '../../run.ts';

const types = floatTypes.map((type) => type.toLowerCase() as Lowercase<typeof type>);

/** Flags of the commands that write a LoRA. */
export const outFlags = {
  out: text('File to write, .safetensors (needed)'),
  type: choice('Type of the numbers. Default: the widest of the inputs', types),
  force: toggle('Replace an existing file'),
} as const;

export interface OutValues {
  out: string | undefined;
  type: (typeof types)[number] | undefined;
  force: boolean | undefined;
}

/** The same as options of lib. */
export function outOptions({ out, type, force }: OutValues, { signal }: Context) {
  if (out === undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', '--out: expected a file ending in .safetensors, got none');
  const wanted = floatTypes.find((known) => known.toLowerCase() === type);
  return { out, overwrite: force === true, signal, ...(wanted === undefined ? {} : { type: wanted }) };
}

export const outNames: ReadonlyMap<string, string> = new Map([
  ['overwrite', '--force'],
  ['out', '--out'],
  ['type', '--type'],
  ['rank', '--rank'],
  ['energy', '--energy'],
]);

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

export function reportOutcome(report: LoraReport, { warn }: Context): Outcome {
  for (const warning of report.warnings) warn(warning);
  const cut = report.modules.filter(({ kept }) => kept < 1).sort((a, b) => a.kept - b.kept);
  return {
    json: report,
    text: [report.path],
    notes: [
      `${formatBytes(report.bytes)}, ${report.modules.length} modules, rank up to ${report.rank}, ${percent(report.kept)} of the energy kept`,
      ...cut.slice(0, 3).map(({ name, from, to, kept }) => `  ${name}: rank ${from} to ${to}, ${percent(kept)}`),
      ...(report.licence === undefined ? [] : [`licence: ${report.licence}`]),
    ],
  };
}
