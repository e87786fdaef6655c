/** Messages of lib are written for its callers; here the same things have other names. */

const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bpass overwrite: true/g, 'give --force'],
  [/\bby resumeTraining\(\)/g, 'with `ai-artist train resume`'],
  [/\bresizeLora: |\bmergeLoras: |\bconvertLora: |\btrainLora: |\bloadDataSet: /g, ''],
];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether an option's name can be nothing but that: "skipUnusable" and "network.rank" are no words. */
const isApiWord = (path: string): boolean => /[a-z][A-Z]|\w\.\w/.test(path);

/**
 * A message with the names of the command line.
 *
 * @param names the flag of each option of lib
 */
export function inCommandWords(message: string, names: ReadonlyMap<string, string> = new Map()): string {
  const plain = phrases.reduce((text, [pattern, words]) => text.replace(pattern, words), message);
  // Longer names first: "network.rankDropout" holds "network.rank".
  const paths = [...names.keys()].filter(isApiWord).sort((a, b) => b.length - a.length);
  if (paths.length === 0) return plain;
  // Not within a path of the file system, and no call.
  const pattern = new RegExp(`(?<![\\w/\\\\.-])(?:${paths.map(escaped).join('|')})(?![\\w(/\\\\]|\\.\\w)`, 'g');
  return plain.replace(pattern, (path) => names.get(path) ?? path);
}
