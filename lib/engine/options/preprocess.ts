/** Options of the preprocessors that make control pictures. */
import * as z from 'zod';
import { fraction, signal } from './fields.ts';

export const cannyOptions = z
  .strictObject({
    /** Gradient above which a pixel is an edge for sure, 0..1 of the strongest. Default 0.08. */
    highThreshold: fraction.default(0.08),
    /** Gradient below which it is none; between the two it counts where it touches a sure edge. Default 0.08. */
    lowThreshold: fraction.default(0.08),
    /** Brightness of pixels between the thresholds, 0..1. Default 0.8. */
    weak: fraction.default(0.8),
    /** Brightness of edges, 0..1. Default 1. */
    strong: fraction.default(1),
    /** Black edges on white. Default false: white on black, as ControlNets expect. */
    inverse: z.boolean().default(false),
    /** Rejects with `signal.reason`. */
    signal: signal.optional(),
  })
  .check((context) => {
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
