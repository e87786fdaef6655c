/**
 * Files and folders that other programs keep among the user's pictures: thumbnails, bins, caches. Every folder reader uses this one rule.
 */

const bin = 'a bin';
const system = 'kept by the operating system';
const thumbnails = 'thumbnails of another program';

/** Whole names, in lower case. */
const names = new Map<string, string>([
  ['@eadir', thumbnails], // Synology
  ['@__thumb', thumbnails], // QNAP
  ['thumbs.db', thumbnails],
  ['ehthumbs.db', thumbnails],
  ['ehthumbs_vista.db', thumbnails],
  ['@tmp', system],
  ['@recently-snapshot', system],
  ['#snapshot', system],
  ['~snapshot', system],
  ['system volume information', system],
  ['lost+found', system],
  ['lost.dir', system],
  ['desktop.ini', system],
  ['icon\r', system],
  ['__macosx', system],
  ['temporary items', system],
  ['@recycle', bin],
  ['#recycle', bin],
  ['$recycle.bin', bin],
  ['recycler', bin],
  ['network trash folder', bin],
  ['node_modules', 'installed packages'],
  ['__pycache__', 'a cache'],
]);

const patterns: readonly (readonly [RegExp, string])[] = [
  [/^\.trash(?:es|$|-)/i, bin],
  [/^\._/, system], // macOS keeps attributes of a file there, under the file's own ending
  [/^\$(?:extend|winreagent|windows\.~)/i, system],
  [/^found\.\d{3}$/i, system],
  [/@syno(?:eastream|resource)$/i, thumbnails],
  [/\.(?:lrdata|lrcat-data|cocatalog)$/i, thumbnails],
  [/\.(?:photoslibrary|photolibrary|aplibrary|migratedphotolibrary)$/i, 'a library of a photo program. Export its pictures to a folder'],
  [/^\./, 'hidden'],
];

/**
 * What a file or folder with this name is, as a phrase ("a bin"); undefined for ordinary names. Names that begin with a dot are hidden.
 * Case does not matter.
 */
export function foreignPlace(name: string): string | undefined {
  return names.get(name.toLowerCase()) ?? patterns.find(([pattern]) => pattern.test(name))?.[1];
}
