/** The panel of a trial: the same prompts and seeds painted without and with a LoRA, and measured. */
import { type Clip, type Embedding, similarity } from '../../clip/index.ts';
import { bestOfGain, novelty } from '../../curation/index.ts';
import type { Model } from '../../engine/index.ts';
import type { ArtImage } from '../../image/index.ts';
import { choosePrompt, type PromptFamily } from '../../prompt/index.ts';
import type { PanelGain } from './book.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Up to `count` prompts, chosen as the artist chooses, that no work in `taken` has. */
export function heldPrompts(
  count: number,
  { family, taken, seed }: { family: PromptFamily; taken: readonly string[]; seed: number },
): string[] {
  const prompts = new Set<string>();
  for (let draw = seed; prompts.size < count && draw < seed + 50 * count; draw++) {
    const { prompt } = choosePrompt({ family, seed: draw });
    if (!taken.includes(prompt)) prompts.add(prompt);
  }
  return [...prompts];
}

export interface PanelOptions {
  prompts: readonly string[];
  seed: number;
  /** LoRAs of both rows. */
  loras: readonly { path: string; weight: number }[];
  lora: { path: string; weight: number };
  /** Further options of generate(). */
  paint: Record<string, unknown>;
  signal: AbortSignal;
  onPainted?: ((done: number, of: number) => void) | undefined;
}

export async function paintPanel(
  model: Model,
  { prompts, seed, loras, lora, paint, signal, onPainted }: PanelOptions,
): Promise<{ without: ArtImage[]; with: ArtImage[] }> {
  const rows = { without: [] as ArtImage[], with: [] as ArtImage[] };
  for (const [row, set] of [
    ['without', loras],
    ['with', [...loras, lora]],
  ] as const)
    for (const [index, prompt] of prompts.entries()) {
      const result = await model.generate({ ...paint, prompt, seed: seed + index, signal, ...(set.length > 0 && { loras: [...set] }) });
      rows[row].push(...result.images.slice(0, 1));
      onPainted?.(rows.without.length + rows.with.length, 2 * prompts.length);
    }
  return rows;
}

function gainOf(without: readonly number[], withLora: readonly number[]): PanelGain {
  const { first, best, gain, gainInterval } = bestOfGain(
    without.map((value, index) => ({ first: value, best: withLora[index] ?? Number.NaN })),
  );
  return { without: first, with: best, gain, interval: gainInterval };
}

export interface PanelJudgement {
  style: PanelGain;
  novelty: PanelGain;
  passed: boolean;
  reason: string;
}

/**
 * Style: mean cosine with the held-out works. Novelty: 1 - cosine with the nearest earlier work. Passed: the whole 95 % interval of the style gain is
 * above 0, and that of the novelty gain is not wholly below 0.
 */
export async function judgePanel(
  clip: Clip,
  rows: { without: readonly ArtImage[]; with: readonly ArtImage[] },
  { held, archive, signal }: { held: readonly Embedding[]; archive: readonly Embedding[]; signal: AbortSignal },
): Promise<PanelJudgement> {
  const [without, withLora] = [await clip.embedImages(rows.without, { signal }), await clip.embedImages(rows.with, { signal })];
  const toHeld = (image: Embedding): number => mean(held.map((other) => similarity(image, other)));
  const newTo = (image: Embedding): number => novelty(image, archive)?.nearest ?? 1;
  const style = gainOf(without.map(toHeld), withLora.map(toHeld));
  const fresh = gainOf(without.map(newTo), withLora.map(newTo));
  const rises = style.interval[0] > 0;
  const falls = fresh.interval[1] < 0;
  const range = ({ gain, interval: [low, high] }: PanelGain): string => `${gain.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  return {
    style,
    novelty: fresh,
    passed: rises && !falls,
    reason: `style ${rises ? 'rises' : 'does not surely rise'}: ${range(style)}; novelty ${falls ? 'falls' : 'does not surely fall'}: ${range(fresh)}`,
  };
}
