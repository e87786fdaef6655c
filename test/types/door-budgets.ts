/**
 * What importing each door may read, on any machine alike: files, and bytes as ES modules and as CommonJS. consumers.test.ts measures it
 * by esbuild's metafile; each number stands 5 to 10 % above what was measured. Milliseconds: `npm run bench -- import`.
 */
export const doorBudgets: Readonly<Record<string, { files: number; esm: number; cjs: number }>> = {
  index: { files: 8, esm: 605_000, cjs: 645_000 },
  'doors/artist': { files: 14, esm: 1_030_000, cjs: 1_120_000 },
  'doors/clip': { files: 9, esm: 650_000, cjs: 690_000 },
  'doors/core': { files: 3, esm: 220_000, cjs: 227_000 },
  'doors/curation': { files: 6, esm: 375_000, cjs: 395_000 },
  'doors/engine': { files: 8, esm: 605_000, cjs: 645_000 },
  'doors/gallery': { files: 7, esm: 460_000, cjs: 485_000 },
  'doors/image': { files: 4, esm: 335_000, cjs: 347_000 },
  'doors/lora': { files: 6, esm: 503_000, cjs: 530_000 },
  'doors/models': { files: 4, esm: 325_000, cjs: 340_000 },
  'doors/prompt': { files: 4, esm: 264_000, cjs: 277_000 },
  'doors/schedule': { files: 4, esm: 305_000, cjs: 320_000 },
  'doors/server': { files: 20, esm: 1_510_000, cjs: 1_620_000 },
  'doors/train': { files: 9, esm: 715_000, cjs: 765_000 },
};
