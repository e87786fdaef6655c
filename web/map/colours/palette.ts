/** Colours of points. Each stands out from the paper of its theme by 3:1 at least. */

interface Palette {
  /** Of names: neighbours differ in lightness too. */
  names: readonly string[];
  /** From early or low to late or high. */
  steps: readonly string[];
  /** Works without a value. */
  none: string;
  /** Works that do not stand out. */
  dim: string;
}

const light: Palette = {
  names: ['#1d4ed8', '#c2410c', '#15803d', '#a21caf', '#0e7490', '#92400e', '#be123c', '#4d7c0f'],
  steps: ['#0e7490', '#2563eb', '#6d28d9', '#a21caf', '#be185d', '#c2410c'],
  none: '#85827d',
  dim: '#d3d1cc',
};
const dark: Palette = {
  names: ['#7aa2ff', '#fb923c', '#4ade80', '#e879f9', '#22d3ee', '#d6a35c', '#fb7185', '#bef264'],
  steps: ['#22d3ee', '#60a5fa', '#a78bfa', '#e879f9', '#fb7185', '#fdba74'],
  none: '#8a8893',
  dim: '#35343a',
};

export const paletteOf = (isDark: boolean): Palette => (isDark ? dark : light);

/** #rrggbb as 0xAABBGGRR, the form of ImageData on little-endian machines. */
export function pixelOf(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16);
  return ((0xff << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >>> 16)) >>> 0;
}

/** Colour of the paper under an element, and whether the theme is dark. */
export function paperOf(element: Element): { paper: number; isDark: boolean } {
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(element).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  return { paper: ((0xff << 24) | (blue << 16) | (green << 8) | red) >>> 0, isDark: red + green + blue < 384 };
}
