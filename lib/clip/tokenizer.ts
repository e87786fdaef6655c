/**
 * CLIP's tokenizer: byte-level byte pair encoding of lower-case text, identical to Hugging Face's CLIPTokenizer (test/clip/tokenizer.test.ts
 * compares thousands of texts). OpenAI's own also repairs broken Unicode (ftfy) and resolves HTML entities first; Hugging Face's does not,
 * and neither does this.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtistError, packageRoot } from '../core/index.ts';

export const beginToken = 49_406;
export const endToken = 49_407;
const vocabularySize = 49_408;

/** Number of cached words. Words repeat, and 4096 cover most of a caption file. */
const cachedWords = 4096;

const specialTokens = new Map([
  ['<|startoftext|>', beginToken],
  ['<|endoftext|>', endToken],
]);

/** Unicode's White_Space. JavaScript's \s includes U+FEFF and lacks U+0085. */
const whiteSpace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
/** The pre-tokenizer's expression; it skips white space. */
const pieces =
  /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\p{L}\p{N}]+/gu;

/** GPT-2's table: every byte as a visible character, printable ones as themselves. In the order of the vocabulary. */
function byteCharacters(): string[] {
  const ranges: [number, number][] = [
    [33, 126],
    [161, 172],
    [174, 255],
  ];
  const printable = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
  const others = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !printable.includes(byte));
  const characters = new Map<number, string>();
  for (const byte of printable) characters.set(byte, String.fromCharCode(byte));
  for (const [at, byte] of others.entries()) characters.set(byte, String.fromCharCode(256 + at));
  return [...characters.values()];
}

/** The character for each byte. */
function characterOfByte(): string[] {
  const order = byteCharacters();
  const printable = order.filter((character) => character.charCodeAt(0) < 256);
  const byByte: string[] = [];
  for (const character of printable) byByte[character.charCodeAt(0)] = character;
  let next = 256;
  for (let byte = 0; byte < 256; byte++) byByte[byte] ??= String.fromCharCode(next++);
  return byByte;
}

/** Character by character, as Rust does: JavaScript's whole-string rule turns a final capital sigma into another letter. */
function lowerCase(text: string): string {
  let lower = '';
  for (const character of text) lower += character.toLowerCase();
  return lower;
}

export interface Tokens {
  /** Begin token, the text's tokens, end token. */
  ids: Int32Array;
  /** true if tokens were left out because the text is too long. */
  truncated: boolean;
}

export class ClipTokenizer {
  readonly #ids = new Map<string, number>();
  readonly #ranks = new Map<string, number>();
  readonly #bytes = characterOfByte();
  readonly #words = new Map<string, readonly number[]>();

  /** @param merges lines of "left right", best first (vocab/clip_merges.txt without its first line) */
  constructor(merges: readonly string[]) {
    const characters = byteCharacters();
    for (const token of [...characters, ...characters.map((character) => `${character}</w>`)]) this.#ids.set(token, this.#ids.size);
    for (const [rank, merge] of merges.entries()) {
      this.#ranks.set(merge, rank);
      this.#ids.set(merge.replace(' ', ''), this.#ids.size);
    }
  }

  /** Number of tokens, the two special ones included. */
  get size(): number {
    return this.#ids.size + specialTokens.size;
  }

  /**
   * @param limit most tokens, begin and end included. A longer text keeps its first `limit - 2` tokens and gets its end token.
   */
  encode(text: string, limit: number): Tokens {
    const ids: number[] = [];
    // The special tokens are found in the raw text, as Hugging Face does.
    for (const part of text.split(/(<\|startoftext\|>|<\|endoftext\|>)/)) {
      const special = specialTokens.get(part);
      if (special !== undefined) ids.push(special);
      else for (const word of this.#split(part)) ids.push(...this.#encodeWord(word));
    }
    const room = limit - 2;
    return { ids: Int32Array.of(beginToken, ...ids.slice(0, room), endToken), truncated: ids.length > room };
  }

  *#split(text: string): Generator<string> {
    const clean = lowerCase(text.normalize('NFC').replace(whiteSpace, ' '));
    for (const [piece] of clean.matchAll(pieces)) {
      // Only a special token written in capitals gets here; the byte-level step splits it.
      if (specialTokens.has(piece)) yield* ['<|', piece.slice(2, -2), '|>'];
      else yield piece;
    }
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#words.get(word);
    if (known) return known;
    const ids = this.#merge(word).map((token) => {
      const id = this.#ids.get(token);
      if (id === undefined) throw new ArtistError('ERR_INTERNAL', `tokenizer: no id for ${JSON.stringify(token)}`);
      return id;
    });
    if (this.#words.size >= cachedWords) this.#words.clear();
    this.#words.set(word, ids);
    return ids;
  }

  /** Merges the best-ranked pair of neighbours everywhere, until no pair is in the list. */
  #merge(word: string): string[] {
    const tokens = [...Buffer.from(word)].map((byte) => this.#bytes[byte] ?? '');
    tokens.push(`${tokens.pop() ?? ''}</w>`);
    const none = Number.POSITIVE_INFINITY;
    const rankAt = (at: number): number => (at + 1 < tokens.length ? (this.#ranks.get(`${tokens[at]} ${tokens[at + 1]}`) ?? none) : none);
    // Rank of each token with its right neighbour; updated only beside a merge.
    const ranks = tokens.map((_, at) => rankAt(at));
    for (;;) {
      let best = none;
      for (const rank of ranks) if (rank < best) best = rank;
      if (best === none) return tokens;
      const merged: number[] = [];
      let kept = 0;
      for (let at = 0; at < tokens.length; at++, kept++) {
        const joins = ranks[at] === best;
        tokens[kept] = joins ? `${tokens[at]}${tokens[at + 1]}` : (tokens[at] ?? '');
        ranks[kept] = (joins ? ranks[++at] : ranks[at]) ?? none;
        if (joins) merged.push(kept);
      }
      tokens.length = kept;
      ranks.length = kept;
      for (const at of merged) {
        ranks[at] = rankAt(at);
        if (at > 0) ranks[at - 1] = rankAt(at - 1);
      }
    }
  }
}

let shared: Promise<ClipTokenizer> | undefined;

/**
 * The tokenizer of every published CLIP model, read once (about 40 ms).
 *
 * @throws ArtistError ERR_READ: the package's vocabulary is missing
 */
export function clipTokenizer(): Promise<ClipTokenizer> {
  shared ??= readTokenizer();
  shared.catch(() => {
    shared = undefined; // so that the next call tries again
  });
  return shared;
}

async function readTokenizer(): Promise<ClipTokenizer> {
  const file = join(packageRoot(), 'vocab', 'clip_merges.txt');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ArtistError('ERR_READ', `${file}: cannot be read. Install the package again`, { cause });
  });
  const tokenizer = new ClipTokenizer(text.split('\n').filter((line) => line !== '' && !line.startsWith('#version')));
  if (tokenizer.size !== vocabularySize) {
    throw new ArtistError('ERR_READ', `${file}: expected ${vocabularySize} tokens, got ${tokenizer.size}. Install the package again`);
  }
  return tokenizer;
}
