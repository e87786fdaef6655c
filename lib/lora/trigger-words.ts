/** Trigger words of a LoRA, from its trainer's metadata. */

/** Maximum number of trigger words. */
const most = 5;
/** Share of the captions that must contain a trigger. */
const usual = 0.5;
/** Longest phrase considered, in words. */
const longest = 6;
const articles = /^(?:an?|the)$/i;
const little = /^(?:an?|the|of|in|on|at|with|and|or|to|for|by|from|is)$/i;

/** Counts of each tag over all folders: { folder: { tag: count } } as text. Free text, so invalid content is ignored. */
function readCounts(frequency: string): Map<string, number> {
  const counts = new Map<string, number>();
  let folders: unknown;
  try {
    folders = JSON.parse(frequency);
  } catch {
    return counts;
  }
  if (typeof folders !== 'object' || folders === null) return counts;
  for (const tags of Object.values(folders) as unknown[]) {
    if (typeof tags !== 'object' || tags === null) continue;
    for (const [tag, count] of Object.entries(tags))
      if (typeof count === 'number' && Number.isFinite(count) && count > 0 && tag.trim() !== '')
        counts.set(tag.trim(), (counts.get(tag.trim()) ?? 0) + count);
  }
  return counts;
}

/** Every sequence of words in a tag, once each. */
function phrasesOf(tag: string): Set<string> {
  const words = tag.split(/\s+/);
  const phrases = new Set<string>();
  for (let start = 0; start < words.length; start++)
    for (let end = start + 1; end <= Math.min(words.length, start + longest); end++) phrases.add(words.slice(start, end).join(' '));
  return phrases;
}

/** The phrase most captions share within different tags: "kawaii sticker of" of "kawaii sticker of a fox", "kawaii sticker of an owl". */
function commonPhrase(counts: ReadonlyMap<string, number>, captions: number): string | undefined {
  const found = new Map<string, { count: number; tags: number }>();
  for (const [tag, count] of counts)
    for (const phrase of phrasesOf(tag)) {
      const known = found.get(phrase) ?? { count: 0, tags: 0 };
      found.set(phrase, { count: known.count + count, tags: known.tags + 1 });
    }
  let best: { phrase: string; weight: number } | undefined;
  for (const [phrase, { count, tags }] of found) {
    const words = phrase.split(' ');
    // Skip phrases found in a single tag or equal to a whole tag: those count as tags already.
    if (tags < 2 || counts.has(phrase) || count < usual * captions || words.every((word) => little.test(word))) continue;
    if (articles.test(words[0] ?? '') || articles.test(words.at(-1) ?? '')) continue;
    const weight = count * words.length;
    if (best === undefined || weight > best.weight) best = { phrase, weight };
  }
  return best?.phrase;
}

/**
 * Trigger words: the phrase stated by the trainer, else what at least half of the captions contain: a phrase, then whole tags.
 *
 * @param phrase modelspec.trigger_phrase
 * @param frequency ss_tag_frequency
 * @param pictures number of training pictures, if known
 */
export function readTriggers(phrase: string | undefined, frequency: string | undefined, pictures?: number): string[] {
  if (phrase !== undefined)
    return phrase
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean);
  const counts = readCounts(frequency ?? '');
  const captions = [...counts.values()].reduce((largest, count) => Math.max(largest, count), pictures ?? 0);
  const common = commonPhrase(counts, captions);
  const tags = [...counts]
    .filter(([tag, count]) => count >= usual * captions && !(common !== undefined && phrasesOf(tag).has(common)))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([tag]) => tag);
  return [...(common === undefined ? [] : [common]), ...tags].slice(0, most);
}
