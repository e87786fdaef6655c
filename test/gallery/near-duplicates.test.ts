/** Works that look the same. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { equal } from 'uvu/assert';
import { type Look, lookOf, nearGroups } from '../../lib/gallery/index.ts';
import { suite } from '../harness.ts';
import { scratch } from './support.ts';

const scene = (sky: string, sun: number): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="192"><rect width="256" height="192" fill="${sky}"/><circle cx="${sun}" cy="60" r="36" fill="#fd4"/><path d="M0 192L90 90L170 150L256 70V192Z" fill="#254"/></svg>`,
  );

suite('near duplicates', (test) => {
  test('copies in another size and format are one group; other colours and other compositions are not', async () => {
    const folder = path.join(scratch, 'near');
    mkdirSync(folder, { recursive: true });
    const pictures = {
      original: sharp(scene('#8bf', 70)).png(),
      small: sharp(scene('#8bf', 70)).resize(100).webp({ quality: 60 }),
      jpeg: sharp(scene('#8bf', 70)).jpeg({ quality: 50 }),
      red: sharp(scene('#f86', 70)).png(),
      moved: sharp(scene('#8bf', 190)).png(),
      grey: sharp(scene('#8bf', 190)).greyscale().png(),
    };
    const looks: { id: string; look: Look }[] = [];
    for (const [id, picture] of Object.entries(pictures)) {
      const file = path.join(folder, id);
      await picture.toFile(file);
      looks.push({ id, look: await lookOf(file) });
    }
    equal(nearGroups(looks), [['original', 'small', 'jpeg']]);
    equal(nearGroups([]), []);
  });
});
