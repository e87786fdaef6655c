/** CSS pixels. Preact 11 adds no unit to numbers. */
export const px = (pixels: number): string => `${pixels}px`;
