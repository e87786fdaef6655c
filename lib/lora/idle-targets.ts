/** Targets of a LoRA that change nothing, whatever the model: known by the file's numbers alone. */
import type { LoraInfo, LoraTarget } from './read.ts';

/** Alpha by rank below which nothing of a change is left in the weights. */
const leastScale = 1e-8;

/**
 * Why targets change nothing, by their place in `info.targets`.
 *
 * @param zeros names of the tensors of which every value is zero
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
  // It gives the weight a length of its own, also where it changes nothing else.
  if (dora) return undefined;
  if (alpha !== undefined && rank !== undefined && Math.abs(alpha / rank) < leastScale)
    return alpha === 0 ? 'its alpha is 0' : `its alpha is ${Number(alpha.toPrecision(3))}, which leaves nothing of it`;
  // A change is the product of its factors.
  const { alpha: _, ...factors } = tensors;
  return Object.values(factors).some((name) => zeros.has(name)) ? 'its values are zero' : undefined;
}
