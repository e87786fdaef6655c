/** Targets of a LoRA that change nothing in any model, recognised from the file's numbers. */
import type { LoraInfo, LoraTarget } from './read.ts';

/** alpha / rank below which a change vanishes in the weights' precision. */
const leastScale = 1e-8;

/**
 * Why targets change nothing, by index in `info.targets`.
 *
 * @param zeros names of tensors with only zeros
 */
export function idleTargets(info: LoraInfo, zeros: ReadonlySet<string>): Map<number, string> {
  const found = new Map<number, string>();
  for (const [at, target] of info.targets.entries()) {
    const reason = whyIdle(target, zeros);
    if (reason !== undefined) found.set(at, reason);
  }
  return found;
}

function whyIdle({ dora, alpha, rank, tensors }: LoraTarget, zeros: ReadonlySet<string>): string | undefined {
  // A DoRA sets the weight's magnitude even if it changes nothing else.
  if (dora) return undefined;
  if (alpha !== undefined && rank !== undefined && Math.abs(alpha / rank) < leastScale)
    return alpha === 0 ? 'its alpha is 0' : `its alpha is ${Number(alpha.toPrecision(3))}, which leaves nothing of it`;
  // A change is the product of its factors.
  const { alpha: _, ...factors } = tensors;
  return Object.values(factors).some((name) => zeros.has(name)) ? 'its values are zero' : undefined;
}
