/** Makes the engine's log lines fit for users: drops those that tell nothing and groups repeated ones. */

/** Warnings about things we do on purpose. */
const ignoredWarnings: readonly RegExp[] = [
  // `sigmas` replaces `steps`, which is documented; the engine then counts them itself.
  /^total_steps != custom_sigmas_count - 1\b/,
];

/** Returns a warning of the engine for the caller, or undefined if it would not help. */
export function warningOf(line: string): string | undefined {
  return ignoredWarnings.some((pattern) => pattern.test(line)) ? undefined : line;
}

/** From this many on, lines that differ only in names and numbers become one line with a count. */
const fewestToGroup = 4;

/** Replaces groups of similar lines by the first of them and the number of the others. */
export function grouped(lines: readonly string[]): string[] {
  const kindOf = (line: string): string => line.replace(/'[^']*'|"[^"]*"|\d+/g, '…');
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(kindOf(line), (counts.get(kindOf(line)) ?? 0) + 1);
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    const kind = kindOf(line);
    const count = counts.get(kind) ?? 1;
    if (count < fewestToGroup) return [line];
    if (seen.has(kind)) return [];
    seen.add(kind);
    return [`${line} (and ${count - 1} more like this)`];
  });
}
