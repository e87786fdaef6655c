/** Options of the preprocessors that make control pictures. */
import * as z from 'zod';
import { fraction, signal } from './fields.ts';
import { rows, shapeOf } from './row.ts';

/** Every option of cannyEdges(). */
export const cannyRows = rows({
  /** Gradient above which a pixel is an edge, 0..1 of the strongest. Default 0.08. */
  highThreshold: { schema: fraction.default(0.08), help: 'Gradient above which a pixel is an edge' },
  /** Gradient below which a pixel is no edge, 0..1; between the two it is an edge if it touches one. Default 0.08. */
  lowThreshold: { schema: fraction.default(0.08), help: 'Gradient below which a pixel is no edge' },
  /** Brightness of pixels between the thresholds, 0..1. Default 0.8. */
  weak: { schema: fraction.default(0.8), help: 'Brightness of pixels between the thresholds' },
  /** Brightness of edges, 0..1. Default 1. */
  strong: { schema: fraction.default(1), help: 'Brightness of edges' },
  /** Black edges on white. Default false: white on black, as ControlNets expect. */
  inverse: { schema: z.boolean().default(false), help: 'Black edges on white' },
  /** Rejects with `signal.reason`. */
  signal: { schema: signal.optional(), help: 'Cancels', flag: false, native: false },
});

export const cannyOptions = z.strictObject(shapeOf(cannyRows)).check((context) => {
  const { highThreshold, lowThreshold } = context.value;
  if (lowThreshold > highThreshold) {
    context.issues.push({
      code: 'custom',
      path: ['lowThreshold'],
      input: lowThreshold,
      message: `expected at most highThreshold (${highThreshold}), got ${lowThreshold}`,
    });
  }
});

export type CannyOptions = z.input<typeof cannyOptions>;
