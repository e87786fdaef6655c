import type { PullEvent, pullModel } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import type { Outcome } from '../../shell/run.ts';

export function label({ phase, file, index, files }: PullEvent): string {
  const place = files > 1 ? ` (${index} of ${files})` : '';
  return `${phase === 'verify' ? 'checking' : 'fetching'} ${file.split('/').at(-1) ?? file}${place}`;
}

/** Output of `models pull`. */
export function pulledOutcome(pulled: Awaited<ReturnType<typeof pullModel>>): Outcome {
  const bytes = pulled.files.reduce((sum, file) => sum + file.bytes, 0);
  const fresh = pulled.files.filter((file) => file.fresh).length;
  const { licence } = pulled;
  return {
    json: pulled,
    text: pulled.files.map((file) => file.path),
    notes: [
      `${pulled.name}: ${formatBytes(bytes)} in ${pulled.files.length} files, ${fresh === 0 ? 'all of them already here' : `${fresh} fetched`}`,
      ...(licence ? [`licence: ${licence.name}, ${licence.url}`] : []),
    ],
  };
}
