/**
 * The grammar of A1111's infotext ("parameters"): prompt lines, lines after `Negative prompt:`, and a last line of `key: value` pairs that
 * counts as such only with three pairs or more. Values with a comma, colon or line feed are JSON strings. The reference is the regular
 * expression of its parser, `\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)`; it is scanned by hand here because the expression
 * needs quadratic time on a long line without colons.
 */
export interface InfotextParts {
  prompt: string;
  negativePrompt: string;
  /** In the order of the text; a key may occur twice. */
  fields: [key: string, value: string][];
  /** The line of fields as it stands; empty when the text has none. */
  fieldsLine: string;
}

const keyCharacter = /[\p{L}\p{N}\p{M}_ \-/]/u;
const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;

/** Index behind the closing quote of a JSON string at `start`, or -1. */
function quotedEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') return at > start + 1 ? at + 1 : -1;
  }
  return -1;
}

function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? parsed : value;
  } catch {
    // Not JSON after all, e.g. `"a" and "b"`: the text itself is the value, as in A1111.
    return value;
  }
}

/** More than any program writes: what comes after is passed over, so that a hostile line costs little. */
const maxFields = 10_000;
const maxKeyLength = 200;

/** All pairs of one line, in one pass. */
export function parseFields(line: string): [key: string, value: string][] {
  const fields: [string, string][] = [];
  let from = 0;
  for (let colon = line.indexOf(':'); colon >= 0 && fields.length < maxFields; colon = line.indexOf(':', from)) {
    let start = colon;
    while (start > from && colon - start < maxKeyLength && keyCharacter.test(line.charAt(start - 1))) start--;
    while (start < colon && !wordCharacter.test(line.charAt(start))) start++;
    from = colon + 1;
    if (colon - start < 2) continue;
    let at = from;
    while (/\s/.test(line.charAt(at))) at++;
    let end = line.charAt(at) === '"' ? quotedEnd(line, at) : -1;
    if (end < 0 || (end < line.length && line.charAt(end) !== ',')) {
      const comma = line.indexOf(',', at);
      end = comma < 0 ? line.length : comma;
    }
    fields.push([line.slice(start, colon), unquote(line.slice(at, end))]);
    from = end + 1;
  }
  return fields;
}

export function parseInfotext(text: string): InfotextParts {
  const lines = text.trim().split('\n');
  let fieldsLine = lines.pop() ?? '';
  let fields = parseFields(fieldsLine);
  if (fields.length < 3) {
    lines.push(fieldsLine);
    fields = [];
    fieldsLine = '';
  }
  const prompt: string[] = [];
  const negative: string[] = [];
  let target = prompt;
  for (const raw of lines) {
    let line = raw.trim();
    if (line.startsWith('Negative prompt:')) {
      target = negative;
      line = line.slice('Negative prompt:'.length).trim();
    }
    target.push(line);
  }
  return { prompt: prompt.join('\n'), negativePrompt: negative.join('\n'), fields, fieldsLine };
}

/** A value as it stands in the line of fields. Beyond A1111's rule, a value that its parser would trim or unquote is quoted too. */
export function quoteField(value: string): string {
  return /[,:\n\r]|^["\s]|["\s]$/.test(value) ? JSON.stringify(value) : value;
}

/** Whether a name can be a key of the grammar. */
export function isFieldKey(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_ \-/]+$/u.test(name) && name === name.trim();
}
