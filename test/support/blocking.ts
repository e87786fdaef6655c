/** Calls that stop the event loop: what one request does with them, all others wait for. */

/** Folders whose code runs while a server answers. */
export const served = ['lib/server/', 'lib/gallery/', 'lib/service/'] as const;

const waiting = [
  /\b\w+Sync\b/, // of node:fs, node:zlib, node:crypto, node:child_process, fflate
  /\bAtomics\.wait\(/,
];

/** A picture would be packed on the thread pool, which fs and dns share. */
const packing = /from '(?:node:)?zlib'|import\('(?:node:)?zlib'\)/;

/** Functions of node:crypto that take as long as what they are given; crypto.subtle works on another thread. */
const hashing =
  /\bimport\b.*\b(?:createHash|createHmac|createSign|createVerify|createCipheriv|createDecipheriv|hash|sign|verify)\b.*'(?:node:)?crypto'/;

/**
 * Lines that stop the event loop: "lib/server/a.ts: readFileSync(path)".
 *
 * @param hashesShortTexts files of lib/server that may hash, with what
 * @param packsShortTexts files that may compress, with what
 */
export function blockingCalls(
  files: ReadonlyMap<string, string>,
  hashesShortTexts: Readonly<Record<string, string>> = {},
  packsShortTexts: Readonly<Record<string, string>> = {},
): string[] {
  return [...files]
    .filter(([file]) => served.some((folder) => file.startsWith(folder)))
    .flatMap(([file, text]) =>
      text
        .split('\n')
        .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
        .filter(
          (line) =>
            waiting.some((form) => form.test(line)) ||
            (packsShortTexts[file] === undefined && packing.test(line)) ||
            (file.startsWith('lib/server/') && hashesShortTexts[file] === undefined && hashing.test(line)),
        )
        .map((line) => `${file}: ${line.trim()}`),
    );
}
