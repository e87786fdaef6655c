/** CSV as spreadsheets write it (RFC 4180): quoted cells may hold separators, quotes and line breaks. */
import { ArtistError } from '../../core/index.ts';

export interface CsvRow {
  /** Line where the row begins, from 1. */
  line: number;
  cells: string[];
}

/** The separator of the header: comma, else semicolon or tab, which some programs and countries use. */
function separatorOf(text: string): string {
  const header = text.slice(0, text.search(/\r|\n|$/));
  if (header.includes(',')) return ',';
  return header.includes('\t') ? '\t' : header.includes(';') ? ';' : ',';
}

/** Rows without their line breaks; empty lines are left out. @throws ArtistError ERR_INVALID_ARGUMENT when a quote is not closed */
export function parseCsv(text: string): CsvRow[] {
  const separator = separatorOf(text);
  const rows: CsvRow[] = [];
  let line = 1;
  let row: CsvRow = { line, cells: [] };
  let at = 0;
  const endRow = (): void => {
    if (row.cells.some((cell) => cell.trim() !== '')) rows.push(row);
    row = { line, cells: [] };
  };
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      const begun = line;
      for (at++; ; at++) {
        if (at >= text.length)
          throw new ArtistError('ERR_INVALID_ARGUMENT', `line ${begun}: expected a " at the end of the cell, got the end of the file`);
        if (text[at] === '"' && text[at + 1] !== '"') break;
        if (text[at] === '"') at++;
        if (text[at] === '\n') line++;
        cell += text[at];
      }
      at++;
    }
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') cell += text[at++];
    row.cells.push(cell);
    if (text[at] === separator) {
      at++;
      if (at === text.length) row.cells.push('');
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
    endRow();
  }
  endRow();
  return rows;
}
