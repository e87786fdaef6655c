import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ArtImage, type ImageFormat } from '../../lib/doors/image.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist-provenance-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;

/** A home of its own for each call. */
export const newHome = (): string => path.join(scratch, `home-${homes++}`);

/** A picture with gradients and texture. */
export function painting(edge = 256): ArtImage {
  const data = new Uint8Array(edge * edge * 3);
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [Math.floor(at / 3) % edge, Math.floor(at / 3 / edge)];
    data[at] = 128 + 60 * Math.sin(x / (9 + (at % 3))) + 50 * Math.cos((x + 2 * y) / 31);
  }
  return new ArtImage(
    { data, width: edge, height: edge, channels: 3 },
    { mode: 'txt2img', prompt: 'waves', seed: 7, width: edge, height: edge },
  );
}

export const encoded = (format: ImageFormat, edge?: number): Promise<Buffer> => painting(edge).toBuffer(format);

/** The picture with one byte of its pixels changed. */
export function changed(picture: Buffer, format: ImageFormat): Buffer {
  const copy = Buffer.from(picture);
  const at = copy.length - (format === 'jpeg' ? 400 : 40);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
