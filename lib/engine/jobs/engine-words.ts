/** What the engine writes into its log, made fit for readers: what says nothing is left out, what says one thing often is said once. */

/** Warnings about what we do on purpose. */
const unsaid: readonly RegExp[] = [
  // `sigmas` replaces `steps`, which is documented; the engine then counts them itself.
  /^total_steps != custom_sigmas_count - 1\b/,
];

/** A warning of the engine for the caller; undefined: one that tells him nothing. */
export function warningOf(line: string): string | undefined {
  return unsaid.some((pattern) => pattern.test(line)) ? undefined : line;
}

/** Lines that differ in names and numbers alone, this many and more, become one with their count. */
const fewestToGroup = 4;

/** The same lines, but of many that say the same of different things the first, with the count of the others. */
export function grouped(lines: readonly string[]): string[] {
  const kindOf = (line: string): string => line.replace(/'[^']*'|"[^"]*"|\d+/g, '…');
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(kindOf(line), (counts.get(kindOf(line)) ?? 0) + 1);
  const said = new Set<string>();
  return lines.flatMap((line) => {
    const kind = kindOf(line);
    const count = counts.get(kind) ?? 1;
    if (count < fewestToGroup) return [line];
    if (said.has(kind)) return [];
    said.add(kind);
    return [`${line} (and ${count - 1} more like this)`];
  });
}
