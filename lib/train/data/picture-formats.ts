import { parse } from 'node:path';

/** File extensions of training pictures. */
export const pictureEndings: readonly string[] = [
  ...['.png', '.apng', '.jpg', '.jpeg', '.jpe', '.jfif', '.pjpeg', '.webp', '.avif', '.tif', '.tiff', '.gif'],
];

export const isPicture = (name: string): boolean => pictureEndings.includes(parse(name).ext.toLowerCase());
