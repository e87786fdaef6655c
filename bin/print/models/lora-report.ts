import { basename } from 'node:path';
import { ArtistError } from '../../../lib/core/index.ts';
import type { LoraReport } from '../../../lib/lora/index.ts';
import { lorasFolder, newLoraPath } from '../../../lib/lora/index.ts';
import { floatTypes } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { choice, text, toggle } from '../../flags/flags.ts';
import type { Context, Outcome } from '../../shell/run.ts';

const types = floatTypes.map((type) => type.toLowerCase() as Lowercase<typeof type>);

/** Longest name that is composed of other names. */
const longestName = 100;

/** Flags of the commands that write a LoRA. */
export const outFlags = {
  name: text('Name of the result in <home>/loras. Default: composed of the names of the inputs'),
  out: text('File to write instead, .safetensors'),
  type: choice('Number type of the file. Default: the widest of the inputs', types),
  force: toggle('Replace an existing file'),
} as const;

export interface OutValues {
  name: string | undefined;
  out: string | undefined;
  type: (typeof types)[number] | undefined;
  force: boolean | undefined;
}

/** Name of a LoRA, from its name or path. */
export const shortName = (lora: string): string => basename(lora.replaceAll('\\', '/')).replace(/\.(?:safetensors|gguf)$/i, '');

/**
 * The same as options of lib.
 *
 * @param made name of the result if none is given
 */
export function outOptions({ name, out, type, force }: OutValues, made: string, { signal, home }: Context) {
  if (name !== undefined && out !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', '--name, --out: expected one of them, got both');
  const path = out ?? newLoraPath(name ?? made.slice(0, longestName), { home });
  const wanted = floatTypes.find((known) => known.toLowerCase() === type);
  return { out: path, overwrite: force === true, signal, ...(wanted === undefined ? {} : { type: wanted }) };
}

export const outNames: ReadonlyMap<string, string> = new Map([
  ['overwrite', '--force'],
  ['out', '--out'],
  ['name', '--name'],
  ['type', '--type'],
  ['rank', '--rank'],
  ['energy', '--energy'],
]);

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

export function reportOutcome(report: LoraReport, { warn, home }: Context): Outcome {
  for (const warning of report.warnings) warn(warning);
  const cut = report.modules.filter(({ kept }) => kept < 1).sort((a, b) => a.kept - b.kept);
  const folder = lorasFolder(home);
  const name = report.path.startsWith(folder) ? report.path.slice(folder.length + 1).replace(/\.safetensors$/i, '') : report.path;
  return {
    json: report,
    text: [report.path],
    notes: [
      `${formatBytes(report.bytes)}, ${report.modules.length} layers, rank up to ${report.rank}, ${percent(report.kept)} of the energy kept`,
      ...cut.slice(0, 3).map(({ name: layer, from, to, kept }) => `  ${layer}: rank ${from} to ${to}, ${percent(kept)}`),
      `licence: ${report.licence ?? 'not stated'}`,
      `paint with it: ai-artist create "…" --lora ${name}`,
    ],
  };
}
