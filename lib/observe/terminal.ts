/** What is needed of process.stderr; a test passes its own. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  hasColors?(): boolean;
}

const eraseLine = '\r\u001b[K';
const lines = new WeakMap<Terminal, string>();

/** Shows `text` as the last line of a terminal, in place of the status line before; '' removes it. Cut to the width: a wrapped line cannot be erased. */
export function setStatusLine(terminal: Terminal, text: string): void {
  const width = Math.max(20, (terminal.columns ?? 80) - 1);
  const line = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  if (line === (lines.get(terminal) ?? '')) return;
  lines.set(terminal, line);
  terminal.write(eraseLine + line);
}

/** Writes whole lines; a status line moves down below them. */
export function writeLines(terminal: Terminal, text: string): void {
  const status = lines.get(terminal) ?? '';
  terminal.write(status === '' ? `${text}\n` : `${eraseLine}${text}\n${status}`);
}

/** Whether escape codes for colours are wanted: a terminal, and not NO_COLOR. */
export function wantsColors(terminal: Terminal): boolean {
  return terminal.isTTY === true && (terminal.hasColors?.() ?? false);
}
