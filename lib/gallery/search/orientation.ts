/** Shapes of pictures, from sizes as the index has them: `512x768`. */

export const orientations = ['square', 'landscape', 'portrait'] as const;
export type Orientation = (typeof orientations)[number];

function pixels(size: string): readonly [number, number] {
  const [width = 0, height = 0] = size.split('x').map(Number);
  return [width || 0, height || 0];
}

export function orientationOf(size: string): Orientation {
  const [width, height] = pixels(size);
  return width === height ? 'square' : width > height ? 'landscape' : 'portrait';
}

/** Width divided by height; 0: there is no height. */
export function ratioOfSize(size: string): number {
  const [width, height] = pixels(size);
  return height === 0 ? 0 : width / height;
}
