/** Properties that a CLIP model's weights do not contain: heads, activation, preprocessing of pictures. */

import * as z from 'zod';
import { ArtistError, display, readPlainFile, systemCode } from '../../core/index.ts';
import type { ModelHeader } from '../../models/index.ts';
import type { ClipDescription, ClipSettings, Kernel } from './description.ts';
import { kernels } from './description.ts';
import { isOpenClipConfig, openClipDescription } from './open-clip-shape.ts';

/** How a picture becomes the image tower's input. */
export interface Preprocessing {
  kernel: Kernel;
  /** Length of the short side before the centre crop, pixels; undefined: both sides are stretched to the tower's edge. */
  shortSide: number | undefined;
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

/** OpenAI's values, which nearly every later CLIP uses. */
const usual: Omit<Preprocessing, 'shortSide'> = {
  kernel: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

const towerSchema = z.looseObject({
  num_attention_heads: z.int().min(1).max(1024).optional(),
  hidden_act: z.string().optional(),
  layer_norm_eps: z.number().positive().max(1).optional(),
  eos_token_id: z.int().min(0).nullish(),
});
const triple = z.tuple([z.number(), z.number(), z.number()]);
const configSchema = z.looseObject({
  model_type: z.string().optional(),
  text_config: towerSchema,
  vision_config: towerSchema,
  /** Values of our bundled model. */
  preprocessing: z
    .looseObject({ resample: z.enum(kernels), mean: triple, std: triple.refine((values) => values.every((value) => value > 0)) })
    .optional(),
});
type ClipConfig = z.output<typeof configSchema>;

/** PIL's numbers for filters. */
const pilFilters: Readonly<Record<number, Kernel>> = { 2: 'bilinear', 3: 'bicubic' };
const preprocessorSchema = z.looseObject({
  resample: z.number().optional(),
  size: z.union([z.int().min(1).max(4096), z.looseObject({ shortest_edge: z.int().min(1).max(4096).optional() })]).optional(),
  crop_size: z.union([z.int().min(1), z.looseObject({ height: z.int().min(1), width: z.int().min(1) })]).optional(),
  do_center_crop: z.boolean().optional(),
  image_mean: triple.optional(),
  image_std: triple.optional(),
});
export type PreprocessorConfig = z.output<typeof preprocessorSchema>;

function formatError(path: string, problem: string, cause?: unknown): ArtistError {
  return new ArtistError('ERR_MODEL_FORMAT', `${path}: ${problem}`, { cause });
}

/** @returns undefined if the file does not exist and the caller did not name it */
async function readJson(path: string, required: boolean): Promise<unknown> {
  let text: string;
  try {
    text = await readPlainFile(path, 'utf8');
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOENT' && !required) return undefined;
    throw new ArtistError(
      code === 'ENOENT' ? 'ERR_MODEL_NOT_FOUND' : 'ERR_READ',
      `${path}: ${code === 'ENOENT' ? 'no such file' : 'cannot be read'}`,
      { cause },
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw formatError(path, 'expected JSON. Download it again', cause);
  }
}

function check<S extends z.ZodType>(path: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw formatError(path, `${issue?.path.map(String).join('.') || 'it'}: ${issue?.message ?? 'not valid'}`, result.error);
}

/**
 * config.json of Hugging Face's CLIPModel, or open_clip_config.json. A file in the same folder that describes another model is ignored.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND, ERR_READ, ERR_MODEL_FORMAT, ERR_UNSUPPORTED
 */
export async function readClipConfig(path: string, required: boolean): Promise<ClipDescription | undefined> {
  const raw = await readJson(path, required);
  if (raw === undefined) return undefined;
  if (isOpenClipConfig(raw)) return openClipDescription(path, raw);
  const isClip = typeof raw === 'object' && raw !== null && 'text_config' in raw && 'vision_config' in raw;
  if (!isClip && !required) return undefined;
  const config = check(path, configSchema, raw);
  if (config.model_type !== undefined && config.model_type !== 'clip') {
    throw new ArtistError('ERR_UNSUPPORTED', `${path}: model_type: expected clip, got ${display(config.model_type)}`);
  }
  const { preprocessing: own } = config;
  return {
    path,
    settings: settingsFromConfig(path, config),
    ...(own && { preprocessing: { kernel: own.resample, stretch: true, mean: own.mean, std: own.std } }),
  };
}

/** @throws ArtistError ERR_MODEL_NOT_FOUND, ERR_READ, ERR_MODEL_FORMAT */
export async function readPreprocessorConfig(path: string, required: boolean): Promise<PreprocessorConfig | undefined> {
  const raw = await readJson(path, required);
  return raw === undefined ? undefined : check(path, preprocessorSchema, raw);
}

function isQuick(path: string, activation: string): boolean {
  if (activation === 'quick_gelu') return true;
  if (activation === 'gelu') return false;
  throw new ArtistError('ERR_UNSUPPORTED', `${path}: hidden_act: expected quick_gelu or gelu, got ${display(activation)}`);
}

/** Missing fields have the defaults of Hugging Face's CLIPTextConfig and CLIPVisionConfig, which writes only what differs. */
function settingsFromConfig(path: string, { text_config: text, vision_config: image }: ClipConfig): ClipSettings {
  const eos = text.eos_token_id ?? -1;
  return {
    source: 'config',
    text: {
      heads: text.num_attention_heads ?? 8,
      quickGelu: isQuick(path, text.hidden_act ?? 'quick_gelu'),
      epsilon: text.layer_norm_eps ?? 1e-5,
    },
    image: {
      heads: image.num_attention_heads ?? 12,
      quickGelu: isQuick(path, image.hidden_act ?? 'quick_gelu'),
      epsilon: image.layer_norm_eps ?? 1e-5,
    },
    // Files converted before 2023 have 2, which is not CLIP's end token; transformers then also uses the largest id.
    endToken: eos === 2 ? -1 : eos,
  };
}

/** Towers of LAION's and OpenCLIP's image models whose heads are not 64 wide, by width: H/14, g/14, bigG/14. */
const wideHeads: Readonly<Record<number, number>> = { 1280: 16, 1408: 16, 1664: 16 };

/** Without a config.json: the metadata keys of GGUF files (clip.cpp's names), then values derived from the width. */
export function settingsFromHeaders(headers: readonly ModelHeader[]): ClipSettings {
  const metadata = Object.assign({}, ...headers.map((header) => header.metadata)) as ModelHeader['metadata'];
  const number = (key: string): number | undefined => (typeof metadata[key] === 'number' ? (metadata[key] as number) : undefined);
  const classToken = headers
    .flatMap((header) => header.tensors)
    .find(({ name }) => /(?:^|\.)(?:vision_model\.embeddings\.class_embedding|visual\.class_embedding|v\.class_embd)$/.test(name));
  const width = classToken?.shape[0];
  const gelu = typeof metadata['clip.use_gelu'] === 'boolean' ? metadata['clip.use_gelu'] : undefined;
  const wide = width === undefined ? undefined : wideHeads[width];
  const known = gelu !== undefined || number('clip.vision.attention.head_count') !== undefined;
  // OpenAI's largest image tower is 1024 wide; the wider ones were all trained with the exact GELU, which is also OpenCLIP's own default.
  const exact = wide !== undefined || (classToken?.name.endsWith('visual.class_embedding') ?? false);
  const quickGelu = gelu === undefined ? !exact : !gelu;
  return {
    source: known ? 'metadata' : 'assumed',
    text: {
      heads: number('clip.text.attention.head_count') ?? 0,
      quickGelu,
      epsilon: number('clip.text.attention.layer_norm_epsilon') ?? 1e-5,
    },
    image: {
      heads: number('clip.vision.attention.head_count') ?? wide ?? 0,
      quickGelu,
      epsilon: number('clip.vision.attention.layer_norm_epsilon') ?? 1e-5,
    },
    endToken: -1,
  };
}

/** @param edge edge of the tower, which a crop must have */
export function preprocessingOf(
  path: string,
  edge: number,
  own: ClipDescription['preprocessing'],
  preprocessor: PreprocessorConfig | undefined,
): Preprocessing {
  if (!preprocessor) {
    const { stretch = false, ...given } = own ?? {};
    return { ...usual, ...given, shortSide: stretch ? undefined : edge };
  }
  const { size, crop_size: crop, resample = 3, do_center_crop: centreCrop = true } = preprocessor;
  const kernel = pilFilters[resample];
  if (!kernel) throw new ArtistError('ERR_UNSUPPORTED', `${path}: resample: expected 2 (bilinear) or 3 (bicubic), got ${resample}`);
  const cropEdges = crop === undefined ? [edge] : typeof crop === 'number' ? [crop] : [crop.height, crop.width];
  if (centreCrop && cropEdges.some((side) => side !== edge)) {
    throw formatError(path, `crop_size: expected ${edge}, as the image tower has, got ${cropEdges.join('x')}. It belongs to another model`);
  }
  const shortSide = typeof size === 'number' ? size : size?.shortest_edge;
  if (shortSide !== undefined && shortSide < edge) throw formatError(path, `size: expected at least ${edge}, got ${shortSide}`);
  return {
    kernel,
    shortSide: centreCrop ? (shortSide ?? edge) : undefined,
    mean: preprocessor.image_mean ?? usual.mean,
    std: preprocessor.image_std ?? usual.std,
  };
}
