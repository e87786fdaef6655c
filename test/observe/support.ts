/** A terminal that keeps what is written to it. */
export function capture(isTTY = false) {
  let text = '';
  return {
    terminal: {
      isTTY,
      columns: 100,
      write(part: string) {
        text += part;
      },
    },
    text: () => text,
    lines: () => text.trimEnd().split('\n'),
  };
}
