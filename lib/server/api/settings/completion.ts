/** The items that a typed text may mean: those whose first text begins with it, then those that contain it anywhere. Order is kept otherwise. */
export function completed<T>(
  items: readonly T[],
  { q, limit }: { q: string; limit: number },
  textsOf: (item: T) => readonly string[],
): T[] {
  const typed = q.trim().toLowerCase();
  if (typed === '') return items.slice(0, limit);
  const [first, later]: [T[], T[]] = [[], []];
  for (const item of items) {
    const texts = textsOf(item).map((text) => text.toLowerCase());
    if (texts[0]?.startsWith(typed)) first.push(item);
    else if (texts.some((text) => text.includes(typed))) later.push(item);
    if (first.length >= limit) break;
  }
  return [...first, ...later].slice(0, limit);
}
