import { plainText } from '../core/index.ts';

/** The part of process.stderr that is used; tests pass their own. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  hasColors?(): boolean;
}

const eraseLine = '\r\u001b[K';
const lines = new WeakMap<Terminal, string>();
/** Rows of a block that is the last output on a terminal. */
const blocks = new WeakMap<Terminal, number>();

/** Shows `text` as the last line of a terminal, in place of the status line before; '' removes it. Cut to the width: a wrapped line cannot be erased. */
export function setStatusLine(terminal: Terminal, text: string): void {
  const width = Math.max(20, (terminal.columns ?? 80) - 1);
  const plain = plainText(text);
  const line = plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
  if (line === (lines.get(terminal) ?? '')) return;
  lines.set(terminal, line);
  terminal.write(eraseLine + line);
}

/** Writes whole lines; a status line moves down below them. */
export function writeLines(terminal: Terminal, text: string): void {
  const status = lines.get(terminal) ?? '';
  blocks.delete(terminal);
  terminal.write(status === '' ? `${text}\n` : `${eraseLine}${text}\n${status}`);
}

/**
 * Writes a picture of `rows` rows unchanged: not cut, redacted or kept. It overwrites the previous block if nothing was written since; a
 * status line moves below it. The terminal must have more rows.
 */
export function drawBlock(terminal: Terminal, block: string, rows: number): void {
  const before = blocks.get(terminal) ?? 0;
  const status = lines.get(terminal) ?? '';
  const up = before > 0 ? `\u001b[${before}A` : '';
  terminal.write(`${eraseLine}${up}${block}\n${status}`);
  blocks.set(terminal, rows);
}

/** Whether lines can be redrawn: the terminal supports it and the user has not asked for plain text. */
export function canRedraw(terminal: Terminal, { TERM, NO_COLOR }: NodeJS.ProcessEnv): boolean {
  return terminal.isTTY === true && TERM !== 'dumb' && !NO_COLOR;
}

/** Whether escape codes for colours are wanted: a terminal, and not NO_COLOR. */
export function wantsColors(terminal: Terminal): boolean {
  return terminal.isTTY === true && (terminal.hasColors?.() ?? false);
}
