import { largerModelOnce } from '../../../lib/advice/index.ts';
import { errorLine, isArtistError } from '../../../lib/core/index.ts';
import { bundledName } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { expectedTime } from '../../print/models/advice.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { figures, t } from '../../texts/texts.ts';

/** The outcome, and on a terminal once in a home the larger model that fits, after a picture by the bundled one. */
export async function withLargerModel(
  outcome: Outcome,
  model: string,
  { home, json, quiet, logFormat, log, warn }: Context,
): Promise<Outcome> {
  const isRead = process.stderr.isTTY && !json && !quiet && logFormat === 'text' && !outcome.bytes;
  if (model !== bundledName || !isRead) return outcome;
  try {
    const offer = await largerModelOnce(home, warn);
    if (!offer) return outcome;
    const { alias, bytes, memoryBytes, expected } = offer;
    const size = (value: number): string => figures(`~${formatBytes(value)}`);
    const facts = { name: alias.name, bytes: size(bytes), memory: size(memoryBytes) };
    const line = t.advice.larger({ ...facts, time: expected && t.advice.perPicture({ time: expectedTime(expected) }) });
    return { ...outcome, notes: [...(outcome.notes ?? []), line] };
  } catch (error) {
    // The picture is painted and saved: it is not for a hint to fail.
    if (!isArtistError(error)) throw error;
    log.debug(`no larger model is named: ${errorLine(error)}`);
    return outcome;
  }
}
