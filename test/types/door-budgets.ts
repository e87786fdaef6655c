/**
 * What importing each door may read, on any machine alike: files, and bytes as ES modules and as CommonJS. consumers.test.ts measures it
 * by esbuild's metafile; each number stands 5 to 10 % above what was measured. Milliseconds: `npm run bench -- import`.
 */
export const doorBudgets: Readonly<Record<string, { files: number; esm: number; cjs: number }>> = {
  index: { files: 8, esm: 626_000, cjs: 667_000 },
  'doors/artist': { files: 17, esm: 1_370_000, cjs: 1_495_000 },
  'doors/clip': { files: 9, esm: 670_000, cjs: 716_000 },
  'doors/core': { files: 3, esm: 237_000, cjs: 245_000 },
  'doors/curation': { files: 6, esm: 395_000, cjs: 418_000 },
  'doors/engine': { files: 8, esm: 626_000, cjs: 667_000 },
  'doors/gallery': { files: 7, esm: 484_000, cjs: 511_000 },
  'doors/image': { files: 4, esm: 352_000, cjs: 366_000 },
  'doors/lora': { files: 6, esm: 522_000, cjs: 550_000 },
  'doors/models': { files: 4, esm: 342_000, cjs: 359_000 },
  'doors/prompt': { files: 4, esm: 280_000, cjs: 293_000 },
  'doors/provenance': { files: 5, esm: 380_000, cjs: 398_000 },
  'doors/publish': { files: 11, esm: 970_000, cjs: 1_045_000 },
  'doors/schedule': { files: 4, esm: 330_000, cjs: 346_000 },
  'doors/server': { files: 20, esm: 2_050_000, cjs: 2_260_000 },
  'doors/train': { files: 9, esm: 750_000, cjs: 804_000 },
};
