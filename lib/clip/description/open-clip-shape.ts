/** open_clip_config.json: which OpenCLIP writes beside its weights. */
import * as z from 'zod';
import { ArtistError, display } from '../../core/index.ts';
import type { ClipDescription } from './description.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const width = z.int().min(1).max(65_536);
const imageSize = z.union([z.int().min(1), z.array(z.int().min(1)).min(1)]);
/** Channels of a ResNet's last stage, which its attention reads, for each of `width`. */
const resNetWidening = 32;
const schema = z.looseObject({
  model_cfg: z.looseObject({
    quick_gelu: z.boolean().optional(),
    vision_cfg: z.looseObject({
      width: width.optional(),
      head_width: width.optional(),
      image_size: imageSize.optional(),
      /** Of a transformer: their number; of a ResNet: the blocks of its four stages. */
      layers: z.union([z.int().min(1), z.array(z.int().min(1))]).optional(),
      timm_model_name: z.string().nullish(),
    }),
    text_cfg: z.looseObject({ heads: z.int().min(1).max(1024).optional(), hf_model_name: z.string().nullish() }),
  }),
  preprocess_cfg: z
    .looseObject({
      mean: triple.optional(),
      std: triple.refine((values) => values.every((value) => value > 0)).optional(),
      interpolation: z.string().optional(),
      resize_mode: z.string().optional(),
    })
    .optional(),
});

export function isOpenClipConfig(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && 'model_cfg' in raw;
}

function unsupported(path: string, field: string, expected: string, got: unknown): ArtistError {
  return new ArtistError('ERR_UNSUPPORTED', `${path}: ${field}: expected ${expected}, got ${display(got)}`);
}

/**
 * Missing fields have OpenCLIP's defaults: a head is 64 wide in the image tower (also in a ResNet's attention), the text tower has 8, the
 * activation is the exact GELU, and the short side of a picture is resized (bicubic).
 *
 * @throws ArtistError ERR_MODEL_FORMAT; ERR_UNSUPPORTED: towers of timm or of another library, another resampling
 */
export function openClipDescription(path: string, raw: unknown): ClipDescription {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ArtistError('ERR_MODEL_FORMAT', `${path}: ${issue?.path.map(String).join('.') ?? 'it'}: ${issue?.message ?? 'not valid'}`, {
      cause: parsed.error,
    });
  }
  const { model_cfg: model, preprocess_cfg: pictures } = parsed.data;
  const { vision_cfg: vision, text_cfg: text, quick_gelu: quickGelu = false } = model;
  if (vision.timm_model_name) throw unsupported(path, 'timm_model_name', 'an image tower of OpenCLIP', vision.timm_model_name);
  if (text.hf_model_name) throw unsupported(path, 'hf_model_name', 'a text tower of OpenCLIP', text.hf_model_name);
  const common = { quickGelu, epsilon: 1e-5 };
  const headWidth = vision.head_width ?? 64;
  const network = Array.isArray(vision.layers) ? 'resnet' : 'vit';
  const hidden = vision.width === undefined ? 0 : vision.width * (network === 'resnet' ? resNetWidening : 1);
  const edge = Array.isArray(vision.image_size) ? vision.image_size[0] : vision.image_size;
  return {
    path,
    tower: { network, ...(edge !== undefined && { edge }) },
    settings: {
      source: 'config',
      text: { heads: text.heads ?? 8, ...common },
      image: { heads: Math.floor(hidden / headWidth), ...common },
      endToken: -1,
    },
    ...(pictures && { preprocessing: preprocessing(path, pictures) }),
  };
}

function preprocessing(
  path: string,
  { mean, std, interpolation: kernel = 'bicubic', resize_mode: mode = 'shortest' }: NonNullable<z.output<typeof schema>['preprocess_cfg']>,
): ClipDescription['preprocessing'] {
  if (kernel !== 'bicubic' && kernel !== 'bilinear') throw unsupported(path, 'interpolation', 'bicubic or bilinear', kernel);
  if (mode !== 'shortest' && mode !== 'squash') throw unsupported(path, 'resize_mode', 'shortest or squash', mode);
  return { kernel, stretch: mode === 'squash', ...(mean && { mean }), ...(std && { std }) };
}
