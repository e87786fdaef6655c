import * as z from 'zod';
import { defined, resolveOptions } from '../../core/index.ts';
import { shapeOf } from '../../engine/index.ts';
import { composeCaption, type ResolvedCaptions } from '../data/captions.ts';
import { sampleRows } from '../settings/watch-rows.ts';
import type { RunRecord } from './run-record.ts';

/** Number of prompts in a sample strip if none are given. */
const samplePrompts = 4;

/** Options of loadModel() that decide what a run paints its samples with. */
const modelOptions = [
  ...['model', 'diffusionModel', 'clipL', 'clipG', 't5xxl', 'llm', 'vae', 'tae'],
  ...['threads', 'weightType', 'tensorTypeRules', 'prediction', 'backend', 'paramsBackend'],
] as const;

/** How a run paints its sample strips: to paint the same again with the LoRA of any checkpoint. */
export interface RunSamples {
  /** Options of loadModel(). */
  load: Record<string, unknown>;
  prompts: string[];
  /** Of the first picture; the next ones count up. */
  seed: number;
  steps: number | undefined;
  cfgScale: number | undefined;
}

/** The prompts of a strip: the given ones, else the first different captions. */
export function promptsOf(given: readonly string[] | undefined, captions: readonly string[], options: ResolvedCaptions): string[] {
  return [...(given ?? [...new Set(captions.map((caption) => composeCaption(caption, options)))].slice(0, samplePrompts))];
}

/** @throws ArtistError ERR_INVALID_ARGUMENT when the record has options of another version */
export function samplesOf({ options, settings, pictures }: RunRecord): RunSamples {
  const { prompts, seed, steps, cfgScale } = resolveOptions('samples', z.strictObject(shapeOf(sampleRows)), options['samples'] ?? {}) as {
    prompts?: string[];
    seed: number;
    steps?: number;
    cfgScale?: number;
  };
  const captions = pictures.flatMap(([role, , , caption]) => (role === 'train' ? [caption] : []));
  return {
    load: defined(Object.fromEntries(modelOptions.map((name) => [name, options[name]]))),
    prompts: promptsOf(prompts, captions, settings['captions'] as ResolvedCaptions),
    seed,
    steps,
    cfgScale,
  };
}
