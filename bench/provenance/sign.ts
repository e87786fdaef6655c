/** `npm run bench -- sign`: milliseconds and bytes of signing and reading C2PA manifests, medians over 20 pictures of 512 x 512. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ArtImage, type ImageFormat, imageFormats } from '../../lib/doors/image.ts';
import { openIdentity, readManifest, signPicture } from '../../lib/doors/provenance.ts';
import { hardware, hardwareLine } from '../hardware.ts';

const edge = 512;
const repeats = 20;
const home = mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-sign-'));
const identity = await openIdentity({ home });

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function picture(format: ImageFormat, seed: number): Promise<Buffer> {
  const data = Uint8Array.from({ length: edge * edge * 3 }, (_, at) => 128 + 90 * Math.sin(at / (700 + seed)) + ((at * (seed + 7)) % 31));
  return new ArtImage({ data, width: edge, height: edge, channels: 3 }).toBuffer(format);
}

async function row(format: ImageFormat, parent?: Buffer): Promise<string> {
  const [sign, read, added, states]: [number[], number[], number[], Set<string>] = [[], [], [], new Set()];
  for (let seed = 0; seed < repeats; seed++) {
    const plain = await picture(format, seed);
    const begun = performance.now();
    const signed = await signPicture(plain, identity, {
      id: '01KBFZ8Q2ZV7H8YJ3N5T6W9XAB',
      model: 'bundled',
      recipeHash: 'ab'.repeat(32),
      parent,
    });
    const between = performance.now();
    const { state } = await readManifest(signed, identity);
    read.push(performance.now() - between);
    sign.push(between - begun);
    added.push(signed.length - plain.length);
    const changed = Buffer.from(signed);
    changed[changed.length - 400] = (changed[changed.length - 400] ?? 0) ^ 1;
    const after = await readManifest(changed, identity);
    states.add(`${state}, then ${after.state} (${after.problems.join()})`);
  }
  const name = parent ? `${format}, made of a signed png` : format;
  return `| ${name} | ${median(sign).toFixed(1)} ms | ${median(read).toFixed(1)} ms | ${median(added)} | ${[...states].join('; ')} |`;
}

try {
  await signPicture(await picture('png', 0), identity); // loads the package
  const lines: string[] = [];
  for (const format of imageFormats) lines.push(await row(format));
  const master = await signPicture(await picture('png', 0), identity);
  for (const format of ['jpeg', 'webp'] as const) lines.push(await row(format, master));
  console.log(
    `| file | sign | read | bytes added | state, and after one changed byte |\n|---|---|---|---|---|\n${lines.join('\n')}\n\n${hardwareLine(await hardware())}`,
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}
