/**
 * The grammar of A1111's infotext ("parameters"): prompt lines, lines after `Negative prompt:`, and a last line of `key: value` pairs,
 * recognised only with three or more pairs. Values with a comma, colon or line feed are JSON strings. The reference is the regular
 * expression of its parser, `\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)`; it is scanned by hand here because the expression needs
 * quadratic time on a long line without colons.
 *
 * Also reads the extensions of other programs: values that are JSON without quotes (Civitai, stable-diffusion.cpp), values of several
 * lines, and lines after the fields (sd-dynamic-prompts' templates).
 */
export interface InfotextParts {
  prompt: string;
  negativePrompt: string;
  /** In the order of the text; a key may occur twice. */
  fields: [key: string, value: string][];
}

const keyCharacter = /[\p{L}\p{N}\p{M}_ \-/]/u;
const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;

/** Index after the closing quote of a JSON string at `start`, or -1. */
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

/** More fields than any program writes; further ones are ignored, so that a hostile line costs little. */
const maxFields = 10_000;
const maxKeyLength = 200;

/** Limit of the search for closing brackets, so that a line of unclosed brackets costs little. */
class ScanBudget {
  #left: number;

  constructor(length: number) {
    this.#left = 4 * length + 1000;
  }

  spend(characters: number): boolean {
    this.#left -= characters;
    return this.#left >= 0;
  }
}

const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** Index after the bracket that closes the one at `start`, or -1. `strings`: ignore brackets inside JSON strings. */
function bracketEnd(text: string, start: number, budget: ScanBudget, strings: boolean): number {
  const open: string[] = [];
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (strings && character === '"') {
      const end = text.charAt(at + 1) === '"' ? at + 2 : quotedEnd(text, at);
      if (end < 0) break;
      at = end - 1;
    } else if (Object.hasOwn(closing, character)) open.push(closing[character] ?? '');
    else if (character === open.at(-1)) {
      open.pop();
      if (open.length === 0) return at + 1;
    }
    if ((at - start) % 1024 === 1023 && !budget.spend(1024)) return -1;
  }
  budget.spend((at - start) % 1024);
  return -1;
}

/** A line that begins with a key ends the value before it. */
const lineWithKey = /^\s*\p{Lu}[\p{L}\p{N}_ \-/]{1,40}: /u;

/** The end of an unquoted value: a comma, or a line that begins with a key. */
function plainEnd(text: string, at: number): number {
  const comma = text.indexOf(',', at);
  const end = comma < 0 ? text.length : comma;
  // Search only the value, not the rest of the text.
  const value = text.slice(at, end);
  for (let feed = value.indexOf('\n'); feed >= 0; feed = value.indexOf('\n', feed + 1)) {
    if (lineWithKey.test(text.slice(at + feed + 1, at + feed + 64))) return at + feed;
  }
  return end;
}

const endsValue = (text: string, end: number): boolean => end === text.length || text.charAt(end) === ',' || text.charAt(end) === '\n';

function valueEnd(text: string, at: number, budget: ScanBudget): number {
  const first = text.charAt(at);
  if (first === '"') {
    const end = quotedEnd(text, at);
    if (end >= 0 && endsValue(text, end)) return end;
  }
  if (Object.hasOwn(closing, first) && budget.spend(1)) {
    // JSON first. Python's lists have other quotes, so there only brackets count.
    for (const strings of [true, false]) {
      const end = bracketEnd(text, at, budget, strings);
      if (end >= 0 && endsValue(text, end)) return end;
    }
  }
  return plainEnd(text, at);
}

/** Without line ends at its end. A pattern would begin anew at every line end before them. */
function withoutFeeds(value: string): string {
  let end = value.length;
  while (end > 0 && (value[end - 1] === '\n' || value[end - 1] === '\r')) end--;
  return value.slice(0, end);
}

/** All pairs of a text, in one pass. */
export function parseFields(text: string): [key: string, value: string][] {
  const fields: [string, string][] = [];
  const budget = new ScanBudget(text.length);
  let from = 0;
  for (let colon = text.indexOf(':'); colon >= 0 && fields.length < maxFields; colon = text.indexOf(':', from)) {
    let start = colon;
    while (start > from && colon - start < maxKeyLength && keyCharacter.test(text.charAt(start - 1))) start--;
    while (start < colon && !wordCharacter.test(text.charAt(start))) start++;
    from = colon + 1;
    if (colon - start < 2) continue;
    let at = from;
    while (/\s/.test(text.charAt(at))) at++;
    const end = valueEnd(text, at, budget);
    fields.push([text.slice(start, colon), unquote(withoutFeeds(text.slice(at, end)))]);
    from = end + 1;
  }
  return fields;
}

/** sd-dynamic-prompts writes its templates after the fields; each extends to the next, with any content. */
const templateLine = /^((?:Negative )?Template):[ \t]?/;

function parseBlock(lines: readonly string[]): [key: string, value: string][] {
  const first = lines.findIndex((line) => templateLine.test(line));
  const fields = parseFields((first < 0 ? lines : lines.slice(0, first)).join('\n'));
  if (first < 0) return fields;
  const templates: [string, string][] = [];
  for (const line of lines.slice(first)) {
    const match = templateLine.exec(line);
    const last = templates.at(-1);
    if (match !== null) templates.push([match[1] ?? '', line.slice(match[0].length)]);
    else if (last !== undefined) last[1] += `\n${line}`;
  }
  return [...fields, ...templates.map(([key, value]): [string, string] => [key, value.trim()])];
}

const negativeMark = 'Negative prompt:';
const firstField = /^\s*Steps: ?\d/;
const usualField = /(?:^|, ?)(?:Steps|Sampler|Schedule type|CFG scale|Seed|Size|Model|Model hash|Version): /g;

/**
 * Index of the first line of fields, or -1: a line that begins with `Steps:`, as nearly all do, else one with two of the usual fields, else
 * the last line, as in A1111. It must have three or more pairs and come after the negative prompt.
 */
function fieldsStart(lines: readonly string[]): number {
  let other = -1;
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index] ?? '';
    if (line.trimStart().startsWith(negativeMark)) break;
    const isFirst = firstField.test(line);
    const mayBe = isFirst || (other < 0 && (index === lines.length - 1 || [...line.slice(0, 2000).matchAll(usualField)].length >= 2));
    if (!mayBe || parseFields(line).length < 3) continue;
    if (isFirst) return index;
    other = index;
  }
  return other;
}

/** Restores the line feed before the fields, which some programs and web pages omit. */
function splitInline(lines: string[]): void {
  const last = lines.at(-1) ?? '';
  const inline = last.trimStart().startsWith(negativeMark)
    ? / Steps: \d{1,5}, ?(?:Sampler|Schedule type|CFG scale|Seed|Size): /
    : /(?<=[^\s,]) Steps: \d{1,5}, ?(?:Sampler|Schedule type|CFG scale|Seed|Size): /;
  const at = last.search(inline);
  if (at > 0 && parseFields(last.slice(at + 1)).length >= 3) lines.splice(-1, 1, last.slice(0, at), last.slice(at + 1));
}

export function parseInfotext(text: string): InfotextParts {
  const lines = text.trim().split('\n');
  splitInline(lines);
  const start = fieldsStart(lines);
  const prompt: string[] = [];
  const negative: string[] = [];
  let target = prompt;
  for (const raw of start < 0 ? lines : lines.slice(0, start)) {
    let line = raw.trim();
    if (line.startsWith(negativeMark)) {
      target = negative;
      line = line.slice(negativeMark.length).trim();
    }
    target.push(line);
  }
  const fields = start < 0 ? [] : parseBlock(lines.slice(start));
  return { prompt: prompt.join('\n'), negativePrompt: negative.join('\n'), fields };
}

/** Formats a value for the line of fields. Beyond A1111's rule, also quotes values that its parser would trim or unquote. */
export function quoteField(value: string): string {
  return /[,:\n\r]|^["\s]|["\s]$/.test(value) ? JSON.stringify(value) : value;
}

/** Whether a name can be a key of the grammar. */
export function isFieldKey(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_ \-/]+$/u.test(name) && name === name.trim();
}
