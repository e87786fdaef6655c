/** The painter's training pictures, as written by training/dataset.py and training/scenes.mjs. */
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RawImage } from '../../lib/image/index.ts';

const edge = 128;
const bytesEach = edge * edge * 3;
/** Edge of a thumbnail in pixels, and below its size in bytes. */
export const small = 32;
export const smallBytes = small * small * 3;
/** Pictures per read. */
const chunk = 256;

const rowsSchema = z.array(z.looseObject({ captions: z.array(z.string()).min(1) }));

export interface Pools {
  /** First caption and place of each picture. */
  pictures: { caption: string; file: string; place: number }[];
  /** All thumbnails in sequence, `smallBytes` each. */
  thumbnails: Uint8Array;
}

/** Reduces a picture of 128 x 128 pixels, 3 bytes per pixel, to 32 x 32 rounded area means. */
export function thumbnail(data: Uint8Array, result: Uint8Array = new Uint8Array(smallBytes)): Uint8Array {
  const by = edge / small;
  const row = edge * 3;
  for (let y = 0; y < small; y++)
    for (let x = 0; x < small; x++) {
      let [red, green, blue] = [0, 0, 0];
      for (let down = 0; down < by; down++) {
        const from = (y * by + down) * row + x * by * 3;
        for (let at = from; at < from + by * 3; at += 3) {
          red += data[at] as number;
          green += data[at + 1] as number;
          blue += data[at + 2] as number;
        }
      }
      const to = (y * small + x) * 3;
      result[to] = Math.round(red / (by * by));
      result[to + 1] = Math.round(green / (by * by));
      result[to + 2] = Math.round(blue / (by * by));
    }
  return result;
}

/** Reads all pools of a folder: NAME.bin (uint8, 128 x 128 x 3 each) with NAME.json (a list of rows with captions). */
export async function readPools(folder: string): Promise<Pools> {
  const pictures: Pools['pictures'] = [];
  const names = (await readdir(folder)).filter((file) => /^pool.*\.json$/.test(file)).sort();
  if (names.length === 0) throw new Error(`--data: expected a folder with pool*.json and pool*.bin, got ${folder}`);
  for (const name of names) {
    const rows = rowsSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    const file = join(folder, name.replace(/json$/, 'bin'));
    for (const [place, { captions }] of rows.entries()) pictures.push({ caption: captions[0] ?? '', file, place });
  }
  const thumbnails = new Uint8Array(pictures.length * smallBytes);
  for (let from = 0; from < pictures.length; ) {
    const { file } = pictures[from] ?? { file: '' };
    const behind = pictures.findIndex((other, at) => at > from && other.file !== file);
    const to = behind < 0 ? pictures.length : behind;
    await shrinkFile(file, to - from, thumbnails.subarray(from * smallBytes, to * smallBytes));
    from = to;
  }
  return { pictures, thumbnails };
}

async function shrinkFile(file: string, count: number, to: Uint8Array): Promise<void> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size !== count * bytesEach) throw new Error(`${file}: expected ${count} pictures of ${bytesEach} bytes, got ${size} bytes`);
    const bytes = Buffer.alloc(chunk * bytesEach);
    for (let from = 0; from < count; from += chunk) {
      const some = Math.min(chunk, count - from);
      const { bytesRead } = await handle.read(bytes, 0, some * bytesEach, from * bytesEach);
      if (bytesRead !== some * bytesEach) throw new Error(`${file}: expected ${some * bytesEach} more bytes, got ${bytesRead}`);
      for (let at = 0; at < some; at++)
        thumbnail(
          bytes.subarray(at * bytesEach, (at + 1) * bytesEach),
          to.subarray((from + at) * smallBytes, (from + at + 1) * smallBytes),
        );
    }
  } finally {
    await handle.close();
  }
}

/** Reads one of the pictures in full size. */
export async function pictureAt({ pictures }: Pools, index: number): Promise<RawImage> {
  const { file, place } = pictures[index] ?? { file: '', place: 0 };
  const handle = await open(file);
  try {
    const data = new Uint8Array(bytesEach);
    await handle.read(data, 0, bytesEach, place * bytesEach);
    return { data, width: edge, height: edge, channels: 3 };
  } finally {
    await handle.close();
  }
}
