import type { ConvertResult } from '../../../lib/engine/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import type { Outcome } from '../../shell/run.ts';
import { seconds } from '../progress.ts';

/** Some files cannot shrink: small matrices keep their type, and already quantized weights grow by the blocks of the new type. */
export function noSmaller({ inputBytes, outputBytes, type }: ConvertResult): string {
  const grown = outputBytes > inputBytes ? 'larger than' : 'as large as';
  return `${formatBytes(outputBytes)} as ${type} is ${grown} the ${formatBytes(inputBytes)} before: the weights were of that size or smaller already, or too small to be stored as ${type}`;
}

/** What `convert` prints. */
export function conversionOutcome(result: ConvertResult): Outcome {
  return {
    json: { path: result.output, type: result.type, inputBytes: result.inputBytes, bytes: result.outputBytes, seconds: result.seconds },
    text: [result.output],
    notes: [
      `${formatBytes(result.inputBytes)} to ${formatBytes(result.outputBytes)} as ${result.type}, ${seconds(result.seconds)}`,
      ...(result.outputBytes >= result.inputBytes
        ? [`not smaller than the file it was made from: most of its tensors cannot be kept as ${result.type}, or were smaller already`]
        : []),
    ],
  };
}
