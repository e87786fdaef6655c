/** Tables as CSV, RFC 4180: the only place that writes any. */
import { saveText } from '../../browser/save-file.ts';
import type { TableData } from './chart-data.ts';

/** Signs at which a table program takes a text for a formula, those of full width too. */
const formula = /^\s*[=+\-@\t\r\n＝＋－＠]/;

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  // Programs that ask for the separator take a tab for one, too.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With the mark by which table programs recognise UTF-8. */
export const csvOf = ({ head, rows }: TableData): string =>
  `\ufeff${[head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;

export const saveCsv = (table: TableData, name: string): void => saveText(csvOf(table), `${name}.csv`, 'text/csv');
