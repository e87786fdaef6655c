/** Alphas stored outside the tensors: in the header's metadata, or in the configuration file of a PEFT folder. */

import { basename, dirname, join } from 'node:path';
import { readPlainFile } from '../core/index.ts';
import type { ModelHeader } from '../models/index.ts';

interface AdapterConfig {
  alpha: number;
  patterns: readonly (readonly [module: string, alpha: number])[];
  rootRank: boolean;
}

/** Alpha of a module of the given rank (the engine divides it by the rank); undefined if not stated. */
export type AlphaOf = (module: string, rank: number | undefined) => number | undefined;

const configBytes = 4 * 1024 * 1024;

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

function json(text: unknown): Record<string, unknown> {
  if (typeof text !== 'string' || text.length > configBytes) return {};
  try {
    return record(JSON.parse(text));
  } catch {
    return {}; // free text of another program
  }
}

const networkNames = ['unet', 'transformer', 'transformer_2', 'text_encoder', 'text_encoder_2', 'text_encoder_3'];
const ofNetwork = new RegExp(`^(?:(${networkNames.join('|')})\\.)?(.+)$`);

/** diffusers (0.34 and later) gives each network its settings, by the prefix of its tensors: `unet.lora_alpha`. */
function networks(config: Record<string, unknown>): Map<string, Record<string, unknown>> {
  const found = new Map<string, Record<string, unknown>>();
  for (const [key, value] of Object.entries(config)) {
    const [, network = '', field = ''] = ofNetwork.exec(key) ?? [];
    const fields = found.get(network) ?? {};
    fields[field] = value;
    found.set(network, fields);
  }
  return found;
}

function adapterConfig(fields: Record<string, unknown>): AdapterConfig | undefined {
  const alpha = fields['lora_alpha'] ?? fields['alpha'];
  const number = typeof alpha === 'string' && alpha.trim() !== '' ? Number(alpha) : alpha;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  const patterns = Object.entries(record(fields['alpha_pattern'])).flatMap(([module, value]): [string, number][] =>
    typeof value === 'number' && Number.isFinite(value) ? [[module, value]] : [],
  );
  return { alpha: number, patterns, rootRank: fields['use_rslora'] === true || fields['use_rslora'] === 'true' };
}

/**
 * PEFT's patterns match the end of a module's name, or all of it after `^`. They are compared as text, never run as regular expressions.
 */
function matches(pattern: string, module: string): boolean {
  const plain = pattern.replaceAll('\\.', '.').replace(/\$$/, '');
  return plain.startsWith('^') ? module === plain.slice(1) : module === plain || module.endsWith(`.${plain}`);
}

async function configOf({ path, metadata }: ModelHeader): Promise<Record<string, unknown>> {
  const inside = json(metadata['lora_adapter_metadata']);
  if (Object.keys(inside).length > 0) return inside;
  if (metadata['lora_alpha'] !== undefined) return metadata;
  if (metadata['adapter.lora.alpha'] !== undefined) return { lora_alpha: metadata['adapter.lora.alpha'] }; // GGUF, by llama.cpp
  if (!/^adapter_model\./.test(basename(path))) return {};
  return json(await readPlainFile(join(dirname(path), 'adapter_config.json'), 'utf8').catch(() => undefined));
}

/** The alphas a file states outside its tensors. */
export async function adapterAlpha(header: ModelHeader): Promise<AlphaOf> {
  const configs = new Map([...networks(await configOf(header))].map(([network, fields]) => [network, adapterConfig(fields)]));
  if (![...configs.values()].some((config) => config !== undefined)) return () => undefined;
  return (module, rank) => {
    const name = module.replace(/^base_model\.model\./, '');
    const network = /^([^.]+)\./.exec(name)?.[1] ?? '';
    // Settings of one network apply to a file without prefixes, but not to another network.
    const only = configs.size === 1 && !networkNames.includes(network) ? [...configs.values()][0] : undefined;
    const config = configs.get(network) ?? configs.get('') ?? only;
    if (!config || rank === undefined) return undefined;
    const alpha = config.patterns.find(([pattern]) => matches(pattern, name))?.[1] ?? config.alpha;
    return config.rootRank ? alpha * Math.sqrt(rank) : alpha;
  };
}
