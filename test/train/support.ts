/** A folder of small pictures for one test. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadSharp } from '../../lib/image/index.ts';
import { picture } from '../image/pictures.ts';

export class PictureFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<PictureFolder> {
    return new PictureFolder(await mkdtemp(join(tmpdir(), 'ai-artist-train-')));
  }

  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes a PNG or JPEG, depending on the name; different seeds give different pictures. */
  async picture(name: string, { width = 64, height = 64, seed = 1, channels = 3 } = {}): Promise<string> {
    const sharp = await loadSharp();
    const { data } = picture(width, height, channels, seed);
    const pipeline = sharp(data, { raw: { width, height, channels: channels as 3 | 4 } });
    return this.write(name, await (name.endsWith('.jpg') ? pipeline.jpeg({ quality: 95 }) : pipeline.png()).toBuffer());
  }

  async write(name: string, content: Uint8Array | string): Promise<string> {
    const path = this.at(name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  /** Names and contents of all files, to show that nothing was changed. */
  async contents(): Promise<Record<string, string>> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(await Promise.all(files.map(async (file) => [file, (await readFile(file)).toString('base64')] as const)));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
