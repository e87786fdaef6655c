/** All options of the engine: what flags, settings, docs and the bounds in C++ are derived from. */
import { convertRows } from './convert.ts';
import { generateRows } from './generate.ts';
import { loadModelRows } from './load-model.ts';
import { cannyRows } from './preprocess.ts';
import type { Rows } from './row.ts';
import { loadUpscalerRows, upscaleRows } from './upscale.ts';

/** By the call that takes them. */
export const optionTables = {
  generate: generateRows,
  loadModel: loadModelRows,
  loadUpscaler: loadUpscalerRows,
  upscale: upscaleRows,
  convertModel: convertRows,
  cannyEdges: cannyRows,
} as const satisfies Record<string, Rows>;
