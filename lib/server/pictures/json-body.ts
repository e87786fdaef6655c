/** JSON bodies with pictures in them. JSON.parse() of 64 MB stops the event loop for a third of a second, so long texts are read in slices. */
import { randomUUID } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import { ArtistError } from '../../core/index.ts';

/** Texts from this length on are taken out of a body before it is parsed, bytes. */
const longText = 65_536;
/** Bytes read between two breaths. */
const slice = 262_144;
/** Quotes looked at between two breaths. */
const quotesAtOnce = 10_000;

const [quote, backslash, colon, lowerU] = [0x22, 0x5c, 0x3a, 0x75];
const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
/** Whether a byte continues a character of UTF-8. */
const isContinued = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** The end of a slice of a JSON text from `from` on that cuts no character and no escape in two. */
function cutOf(bytes: Buffer, from: number, end: number): number {
  const most = Math.min(from + slice, end);
  if (most === end) return end;
  let at = from;
  if (bytes.subarray(from, most).includes(backslash)) {
    for (let next = from; next <= most; ) {
      at = next;
      next += bytes[next] !== backslash ? 1 : bytes[next + 1] === lowerU ? 6 : 2;
    }
  } else at = most;
  while (isContinued(bytes[at])) at--;
  return at;
}

/** The text between two quotes. @throws SyntaxError */
async function textOf(bytes: Buffer, from: number, end: number): Promise<string> {
  const parts: string[] = [];
  for (let at = from; at < end; ) {
    const cut = cutOf(bytes, at, end);
    parts.push(JSON.parse(`"${bytes.toString('utf8', at, cut)}"`) as string);
    at = cut;
    await breath();
  }
  return parts.join('');
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(bytes: Buffer, at: number): boolean {
  let before = at;
  while (bytes[before - 1] === backslash) before--;
  return (at - before) % 2 === 1;
}

function isKey(bytes: Buffer, close: number): boolean {
  let at = close + 1;
  while (isBlank(bytes[at])) at++;
  return bytes[at] === colon;
}

/** The position of the quote that ends a text; the end of the bytes if there is none. */
async function closeOf(bytes: Buffer, open: number): Promise<number> {
  let at = bytes.indexOf(quote, open + 1);
  for (let seen = 1; at >= 0 && isEscaped(bytes, at); seen++) {
    at = bytes.indexOf(quote, at + 1);
    if (seen % quotesAtOnce === 0) await breath();
  }
  return at < 0 ? bytes.length : at;
}

/** Puts the texts back in the place of their marks. */
function putBack(parsed: unknown, texts: ReadonlyMap<string, string>): unknown {
  const root = { parsed };
  const open: object[] = [root];
  for (let holder = open.pop(); holder; holder = open.pop()) {
    for (const [key, value] of Object.entries(holder)) {
      const text = typeof value === 'string' ? texts.get(value) : undefined;
      if (text !== undefined) (holder as Record<string, unknown>)[key] = text;
      else if (typeof value === 'object' && value !== null) open.push(value);
    }
  }
  return root.parsed;
}

/**
 * Parses a JSON body without stopping the event loop for long.
 *
 * @param parse reads JSON text of at most `mostBytes`
 * @param mostBytes of what is left of a body without its long texts
 * @throws ArtistError ERR_TOO_LARGE; SyntaxError; every error of `parse`
 */
export async function parseJsonBody(bytes: Buffer, mostBytes: number, parse: (text: string) => Promise<unknown>): Promise<unknown> {
  if (bytes.length <= longText) return parse(bytes.toString('utf8'));
  const texts = new Map<string, string>();
  const id = randomUUID();
  const rest: Buffer[] = [];
  let [kept, length] = [0, 0];
  const keep = (end: number): void => {
    rest.push(bytes.subarray(kept, end));
    length += end - kept;
  };
  for (let [open, seen] = [bytes.indexOf(quote), 1]; open >= 0; seen++) {
    const close = await closeOf(bytes, open);
    if (close - open > longText && close < bytes.length && !isKey(bytes, close)) {
      const mark = `${id}-${texts.size}`;
      texts.set(mark, await textOf(bytes, open + 1, close));
      keep(open + 1);
      rest.push(Buffer.from(mark));
      kept = close;
    }
    if (length + open - kept > mostBytes) break;
    if (seen % quotesAtOnce === 0) await breath();
    open = bytes.indexOf(quote, close + 1);
  }
  keep(bytes.length);
  if (length > mostBytes)
    throw new ArtistError('ERR_TOO_LARGE', `body: expected at most ${mostBytes} bytes without its pictures, got more`);
  return putBack(await parse(Buffer.concat(rest).toString('utf8')), texts);
}
