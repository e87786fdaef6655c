import { inspect } from 'node:util';
import { isArtistError, plainText } from '../core/index.ts';

/** Longer texts are cut in a log: a whole picture as base64 tells a reader nothing. */
export const longestText = 8192;

const inspection = { depth: 4, breakLength: 120, maxArrayLength: 30, maxStringLength: 1000 } as const;

export const cut = (text: string, limit = longestText): string =>
  text.length > limit ? `${text.slice(0, limit)}… (${text.length} characters)` : text;

/** The first 4 bytes identify a Buffer; a log needs no more. */
export function describeBytes(bytes: ArrayBufferView): string {
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = [...view.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${bytes.constructor.name}(${bytes.byteLength} bytes${start === '' ? '' : `: ${start}${view.length > 4 ? ' …' : ''}`})`;
}

const colourCode = /(\u001b\[\d+m)/;

/** util.inspect() handles BigInt, cycles, Map and undefined, unlike JSON, but fails on a getter or Proxy that throws. */
function inspected(value: unknown, colors: boolean): string {
  try {
    const text = inspect(value, { ...inspection, colors });
    return text
      .split(colourCode)
      .map((part, at) => (at % 2 === 0 ? plainText(part) : part))
      .join('');
  } catch (error) {
    return `(cannot be shown: ${error instanceof Error ? error.message : String(error)})`;
  }
}

/** An Error for a reader: code and message, the engine's own lines, and its causes. With `stack`, also its stack. */
export function describeError(error: Error, { stack = false, colors = false } = {}): string {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  let current: unknown = error;
  for (let prefix = ''; current !== undefined && !seen.has(current); prefix = 'caused by ') {
    seen.add(current);
    if (!(current instanceof Error)) {
      lines.push(`  ${prefix}${inspected(current, colors)}`);
      break;
    }
    const name = isArtistError(current) ? `${current.code}: ` : current.name === 'Error' ? '' : `${current.name}: `;
    lines.push(`${prefix === '' ? '' : `  ${prefix}`}${name}${plainText(current.message)}`);
    if (isArtistError(current)) lines.push(...current.details.map((line) => `  | ${plainText(line)}`));
    if (stack && current.stack)
      lines.push(
        ...plainText(current.stack)
          .split('\n')
          .filter((line) => line.trimStart().startsWith('at ')),
      );
    if (current instanceof AggregateError) {
      lines.push(
        ...current.errors.map(
          (inner) => `  ${inner instanceof Error ? describeError(inner, { stack, colors }) : inspected(inner, colors)}`,
        ),
      );
    }
    current = current.cause;
  }
  return lines.join('\n');
}

/** Any value as part of a sentence. */
export function describe(value: unknown, options: { stack: boolean; colors: boolean }): string {
  if (typeof value === 'string') return cut(plainText(value));
  if (value instanceof Error) return describeError(value, options);
  if (ArrayBuffer.isView(value)) return describeBytes(value);
  return inspected(value, options.colors);
}
