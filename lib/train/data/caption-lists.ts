/** Files with the captions of many pictures: tables, JSON, text with one picture per line. */
import { isAbsolute, join, parse, posix } from 'node:path';
import { parseTable, separatorOf } from '../../core/index.ts';
import type { CaptionSource } from './caption-text.ts';
import { dataError, oneLine, readText } from './caption-text.ts';
import { isPicture } from './picture-formats.ts';

export interface ListedCaption {
  /** Path of the picture relative to the list's folder, with slashes; some lists omit the extension. */
  readonly name: string;
  readonly text: string;
  readonly source: CaptionSource;
}

export interface CaptionList {
  readonly captions: readonly ListedCaption[];
  /** Lines without a picture and caption, unchanged. */
  readonly ignored: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

const nameColumns = ['file_name', 'filename', 'file', 'image', 'image_path', 'img', 'path', 'name', 'image_file'] as const;
const textColumns = ['text', 'caption', 'captions', 'prompt', 'description'] as const;
const tagColumns = ['tags', 'tag_string'] as const;

type Reader = (list: string, content: string) => CaptionList;

/** Returns the reader for a list of this name; undefined if it is not a list. */
function readerOf(name: string): Reader | undefined {
  const lower = name.toLowerCase();
  if (lower === 'captions.txt') return readLines;
  if (/^(?:metadata|captions)\.(?:csv|tsv)$/.test(lower)) return readTable;
  if (/^(?:(?:metadata|captions)|meta_\w+)\.json$/.test(lower)) return readJson;
  return /^(?:metadata|captions)\.jsonl$/.test(lower) ? readJsonLines : undefined;
}

/** Whether a file of this name lists captions of other files, and so is not the caption file of one picture. */
export const isCaptionList = (name: string): boolean => readerOf(name) !== undefined;

/**
 * Reads a caption list. `metadata.jsonl`, `metadata.csv` and `metadata.json` have the format of Hugging Face's imagefolder, with columns
 * `file_name` and `text` or other common names for them; `meta_*.json` has the format of kohya's scripts; `captions.txt` has lines of file
 * name, tab and caption.
 *
 * @throws ArtistError ERR_TRAIN_DATA when a line is wrong, with its number; ERR_READ when the file cannot be read
 */
export async function readCaptionList(folder: string, name: string): Promise<CaptionList> {
  const reader = readerOf(name);
  const file = join(folder, name);
  if (!reader) return { captions: [], ignored: [] };
  const { captions, ignored } = reader(file, await readText(file));
  return { captions: captions.map((caption) => ({ ...caption, name: placeIn(folder, caption.name) })), ignored };
}

/** Makes a path relative to the list's folder; paths may come from another machine or operating system. */
function placeIn(folder: string, given: string): string {
  const name = given.replaceAll('\\', '/');
  if (isAbsolute(name) || /^[a-z]:\//i.test(name)) {
    const start = `${folder.replaceAll('\\', '/')}/`;
    return name.startsWith(start) ? name.slice(start.length) : posix.basename(name);
  }
  return posix.normalize(name);
}

/** Composes the caption of a row as kohya's scripts do: the sentence, then the tags. */
function textOf(where: string, row: Row): string | undefined {
  const parts: string[] = [];
  for (const columns of [textColumns, tagColumns]) {
    const column = columns.find((known) => row[known] !== undefined && row[known] !== null);
    if (column === undefined) continue;
    const value = row[column];
    const text = Array.isArray(value) && value.every((part) => typeof part === 'string') ? value.join(', ') : value;
    if (typeof text !== 'string') throw dataError(`${where}: ${column}: expected a text, got ${typeof text}`);
    if (text.trim() !== '' || columns === textColumns) parts.push(text);
  }
  return parts.length === 0 ? undefined : oneLine(where, parts.join(', '));
}

/** Returns an empty list if the row has no caption, and undefined if it names no picture. */
function fromRow(where: string, row: Row): ListedCaption[] | undefined {
  const column = nameColumns.find((known) => typeof row[known] === 'string' && row[known] !== '');
  if (column === undefined) return undefined;
  const text = textOf(where, row);
  return text === undefined ? [] : [{ name: row[column] as string, text, source: 'metadata' }];
}

/** Converts rows of a file that may belong to another program: rows without a picture are ignored and reported. */
function fromRows(rows: readonly { readonly where: string; readonly shown: string; readonly row: Row }[]): CaptionList {
  const captions: ListedCaption[] = [];
  const ignored: string[] = [];
  for (const { where, shown, row } of rows) {
    const found = fromRow(where, row);
    if (found) captions.push(...found);
    else ignored.push(shown);
  }
  return { captions, ignored };
}

const isRow = (value: unknown): value is Row => value !== null && typeof value === 'object' && !Array.isArray(value);

function parseJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw dataError(`${where}: expected a JSON object with file_name and text, got ${JSON.stringify(text.slice(0, 40))}`, error);
  }
}

function readJsonLines(list: string, content: string): CaptionList {
  const captions = content.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const where = `${list}: line ${index + 1}`;
    const row = parseJson(where, line);
    const found = fromRow(where, isRow(row) ? row : {});
    if (!found) throw dataError(`${where}: expected a field file_name, got none`);
    return found;
  });
  return { captions, ignored: [] };
}

/** Reads a list of rows, or kohya's format: { "path of the picture": { caption, tags } or the caption itself }. */
function readJson(list: string, content: string): CaptionList {
  const value = parseJson(list, content);
  if (Array.isArray(value))
    return fromRows(
      value.map((row: unknown, index) => ({
        where: `${list}: entry ${index + 1}`,
        shown: `entry ${index + 1}`,
        row: isRow(row) ? row : {},
      })),
    );
  if (!isRow(value)) throw dataError(`${list}: expected a JSON object or list of captions, got ${typeof value}`);
  const captions: ListedCaption[] = [];
  const ignored: string[] = [];
  for (const [name, entry] of Object.entries(value)) {
    const where = `${list}: ${name}`;
    const text = typeof entry === 'string' ? oneLine(where, entry) : isRow(entry) ? textOf(where, entry) : undefined;
    // Entries such as "version" describe the list itself. Lists of kohya's scripts also have entries without captions, for buckets.
    if (text === undefined || (typeof entry === 'string' && !isPicture(name))) ignored.push(name);
    else captions.push({ name, text, source: 'metadata' });
  }
  return { captions, ignored };
}

function readTable(list: string, content: string): CaptionList {
  const separator = list.toLowerCase().endsWith('.tsv') ? '\t' : separatorOf(content);
  const [header, ...rows] = parseTable(content, separator, ({ row }, message) => dataError(`${list}: row ${row}: ${message}`));
  const columns = (header?.cells ?? []).map((name) => name.trim().toLowerCase());
  return fromRows(
    rows.map(({ cells }, index) => ({
      where: `${list}: row ${index + 2}`,
      shown: `row ${index + 2}`,
      row: Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])),
    })),
  );
}

/** A file name, then a tab; or a file name with its extension, then another separator that people use. */
const namedLine = /^([^\t]+?)\s*\t(.*)$/;
const looseLine = /^(\S.*?\.\w{3,5})\s*[,;:|]\s*(.*)$/;

function readLines(list: string, content: string): CaptionList {
  const captions: ListedCaption[] = [];
  const ignored: string[] = [];
  for (const [index, line] of content.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const loose = looseLine.exec(line);
    const [, name, text] = namedLine.exec(line) ?? (loose && isPicture(parse(loose[1] ?? '').base) ? loose : []);
    if (name === undefined || text === undefined) ignored.push(line);
    else captions.push({ name: name.trim(), text: oneLine(`${list}: line ${index + 1}`, text), source: 'list' });
  }
  return { captions, ignored };
}
