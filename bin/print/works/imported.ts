/** A line for each reason, with the first few names. */
export function passedLines(passed: readonly { from: string; reason: string }[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { from, reason } of passed) byReason.set(reason, [...(byReason.get(reason) ?? []), from]);
  return [...byReason].map(([reason, files]) => {
    const some = files.slice(0, 3).join(', ');
    return `passed over ${files.length > 3 ? `${some} and ${files.length - 3} more` : some}: ${reason}`;
  });
}
