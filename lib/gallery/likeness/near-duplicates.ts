import { loadSharp } from '../../image/index.ts';

/** How a picture looks, coarsely: 9 x 8 pixels of red, green and blue, and one bit for each pair of neighbours, by whether the first is clearly brighter. */
export interface Look {
  pixels: Uint8Array;
  /** 64 bits: the difference hash of Krawetz (2013), "Kind of Like That". */
  hash: readonly [number, number];
}

const [across, down] = [9, 8];
/** Neighbours in flat areas differ by the noise of compression alone: three of 256 levels, in thousandths. */
const margin = 3000;

/** @param file path or bytes. @throws the error of sharp: the file is gone or no picture */
export async function lookOf(file: string | Uint8Array): Promise<Look> {
  const sharp = await loadSharp();
  const picture = sharp(file).flatten({ background: '#fff' }).toColourspace('srgb');
  const { data } = await picture.resize(across, down, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true });
  const pixels =
    data.length === across * down * 3 ? data : Uint8Array.from({ length: across * down * 3 }, (_, at) => data[Math.floor(at / 3)] ?? 0);
  const brightness = (x: number, y: number): number => {
    const at = (y * across + x) * 3;
    return 299 * (pixels[at] ?? 0) + 587 * (pixels[at + 1] ?? 0) + 114 * (pixels[at + 2] ?? 0);
  };
  const hash: [number, number] = [0, 0];
  for (let y = 0; y < down; y++)
    for (let x = 0; x + 1 < across; x++) {
      const bit = y * (across - 1) + x;
      if (brightness(x, y) > brightness(x + 1, y) + margin) hash[(bit >> 5) & 1] = (hash[(bit >> 5) & 1] ?? 0) | (1 << (bit & 31));
    }
  return { pixels, hash };
}

/** Pictures that are read at a time. */
const atATime = 4;

/** How works look, in the order of `ids`. Those whose picture cannot be read are left out: `gallery verify` names them. */
export async function looksOf(
  ids: readonly string[],
  thumbnail: (id: string) => Promise<string | Uint8Array>,
): Promise<{ id: string; look: Look }[]> {
  const looks: { id: string; look: Look }[] = [];
  for (let at = 0; at < ids.length; at += atATime) {
    const read = ids.slice(at, at + atATime).map(async (id) => ({ id, look: await lookOf(await thumbnail(id)) }));
    for (const one of await Promise.allSettled(read)) if (one.status === 'fulfilled') looks.push(one.value);
  }
  return looks;
}

function bits(value: number): number {
  let rest = value - ((value >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits of 64 that may differ, and the mean difference of the pixels, 0..255. Re-encoded and resized copies have at most 2 and 3. */
const [mostBits, mostDifference] = [6, 10];

/** Whether two pictures look the same at a glance. */
export function isNear(a: Look, b: Look): boolean {
  if (bits(a.hash[0] ^ b.hash[0]) + bits(a.hash[1] ^ b.hash[1]) > mostBits) return false;
  let sum = 0;
  for (let at = 0; at < a.pixels.length; at++) sum += Math.abs((a.pixels[at] ?? 0) - (b.pixels[at] ?? 0));
  return sum <= mostDifference * a.pixels.length;
}

/** Groups of two and more, each member of which is near to another one. In the order of the first members. */
export function nearGroups(looks: readonly { id: string; look: Look }[]): string[][] {
  const parents = looks.map((_, at) => at);
  const rootOf = (at: number): number => {
    let root = at;
    while (parents[root] !== root) root = parents[root] ?? root;
    parents[at] = root;
    return root;
  };
  for (const [at, one] of looks.entries())
    for (let other = at + 1; other < looks.length; other++) {
      const second = looks[other];
      if (second && isNear(one.look, second.look)) parents[rootOf(other)] = rootOf(at);
    }
  const groups = new Map<number, string[]>();
  for (const [at, { id }] of looks.entries()) groups.set(rootOf(at), [...(groups.get(rootOf(at)) ?? []), id]);
  return [...groups.values()].filter(({ length }) => length > 1);
}
