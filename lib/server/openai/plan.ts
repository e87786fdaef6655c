/** From requests to jobs: pure, except that pictures are looked at. */
import { ArtistError, defined } from '../../core/index.ts';
import type { ImageFormat } from '../../image/index.ts';
import type { InputPictures, PaintRequest, PaintWork } from '../../service/index.ts';
import { engineSteps, type ModelFacts } from '../models/facts.ts';
import type { PictureForm } from '../pictures/encode.ts';
import { sdcppOptions, sdcppPictures } from '../sdcpp/generate-options.ts';
import { takeExtraArgs } from './extra-args.ts';
import type { EditBody, GenerationBody, VariationBody } from './requests.ts';
import { paintedSize, type Size } from './size.ts';

/** How the pictures of a job are answered. */
export interface AnswerForm {
  /** First word of the names of events. */
  event: 'image_generation' | 'image_edit';
  as: 'url' | 'b64_json';
  picture: PictureForm;
  quality: 'low' | 'medium' | 'high';
  stream: boolean;
  /** Previews of each picture in a stream, 0..3. */
  partials: number;
  /** Size that is painted; undefined: it depends on the given picture. */
  size: Size | undefined;
}

export interface Plan {
  request: Pick<PaintRequest, 'work' | 'pictures'>;
  answer: AnswerForm;
}

export interface Ground {
  /** For PaintWork. */
  model: string | undefined;
  facts: ModelFacts;
}

type Body = Partial<Omit<GenerationBody & EditBody, 'prompt'>>;

/** Share of the model's own steps. */
const shares = { low: 0.5, medium: 1, high: 1.5 } as const;

const levels = { auto: 'medium', standard: 'medium', hd: 'high', low: 'low', medium: 'medium', high: 'high' } as const;

function stepsFor(level: AnswerForm['quality'], { defaults }: ModelFacts): number | undefined {
  // The model's own number is left to the engine, so that the same settings apply as in `generate`.
  if (level === 'medium') return undefined;
  return Math.max(1, Math.round((defaults.steps ?? engineSteps) * shares[level]));
}

function pictureForm({ output_format, output_compression }: Body): PictureForm {
  const format: ImageFormat = output_format ?? 'png';
  const quality = output_compression ?? undefined;
  return { format, embedRecipe: true, ...(quality !== undefined && { quality: Math.max(1, quality) }) };
}

/** Models of OpenAI that answered with addresses unless asked otherwise. */
const addressModels = /^dall-e/i;

function answerForm(body: Body, event: AnswerForm['event'], size: Size | undefined): AnswerForm {
  if (body.background === 'transparent')
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      'background: expected auto or opaque, got transparent. The models here paint every pixel; leave it out',
    );
  const stream = body.stream === true;
  return {
    event,
    as: body.response_format ?? (addressModels.test(body.model ?? '') ? 'url' : 'b64_json'),
    picture: pictureForm(body),
    quality: levels[body.quality ?? 'auto'],
    stream,
    partials: stream ? (body.partial_images ?? 0) : 0,
    size,
  };
}

interface Draft {
  prompt: string;
  body: Body;
  event: AnswerForm['event'];
  pictures: InputPictures;
  denoisingStrength?: number | undefined;
  negativePrompt?: string | undefined;
}

function plan({ prompt, body, event, pictures, denoisingStrength, negativePrompt }: Draft, ground: Ground): Plan {
  const { model, facts } = ground;
  const { text, extra } = takeExtraArgs(prompt);
  const own = extra && sdcppPictures(extra);
  const shown: InputPictures = { ...pictures, ...own };
  const asked = paintedSize(body.size, facts);
  const answer = answerForm(body, event, asked);
  const options: Extract<PaintWork, { kind: 'generate' }>['options'] = defined({
    prompt: text,
    negativePrompt,
    batchCount: body.n ?? 1,
    width: asked?.width,
    height: asked?.height,
    steps: stepsFor(answer.quality, facts),
    denoisingStrength: shown.initImage && denoisingStrength,
    ...(extra && sdcppOptions(extra, shown)),
  });
  // Noise levels of their own replace the number of steps.
  if (options.sigmas) delete options.steps;
  if (extra?.embed_image_metadata === false) answer.picture.embedRecipe = false;
  const { width = facts.trained?.width, height = facts.trained?.height } = options;
  const isOpen = options.width === undefined && options.height === undefined && shown.initImage !== undefined;
  answer.size = isOpen || width === undefined || height === undefined ? undefined : { width, height };
  const work: PaintWork = { kind: 'generate', options, ...(model !== undefined && { model }) };
  return { request: { work, ...(Object.keys(shown).length > 0 && { pictures: shown }) }, answer };
}

/** @throws ArtistError ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_IMAGE_DECODE */
export function planGeneration(body: GenerationBody, ground: Ground): Plan {
  return plan({ prompt: body.prompt, body, event: 'image_generation', pictures: {} }, ground);
}

/** Share that is repainted when a client wants the picture kept; otherwise the engine's 0.75. */
const faithfulStrength = 0.5;

/**
 * @param images the pictures, in order
 * @param mask white where the first one is repainted; undefined: everywhere
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_IMAGE_DECODE
 */
export function planEdit(body: EditBody, images: readonly Uint8Array[], mask: Uint8Array | undefined, ground: Ground): Plan {
  const [first, ...others] = images;
  if (first === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'image: expected a picture, got none. Send it as the part image or image[] of a form');
  const { isEditor, name } = ground.facts;
  if (others.length > 0 && !isEditor)
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `image: expected one picture for ${name}, got ${images.length}. Only editing models (Kontext, Flux.2, Qwen-Image-Edit) combine several`,
    );
  const references: InputPictures = isEditor && mask === undefined ? { referenceImages: images } : { initImage: first };
  const pictures: InputPictures = { ...references, ...(mask && { maskImage: mask }) };
  const denoisingStrength = body.input_fidelity === 'high' ? faithfulStrength : undefined;
  return plan({ prompt: body.prompt, body, event: 'image_edit', pictures, denoisingStrength }, ground);
}

/** Share of a picture that its variations repaint. */
const variationStrength = 0.6;

/**
 * @param recipe the recipe in the picture, if there is one: a variation has no prompt of its own
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function planVariation(
  body: VariationBody,
  image: Uint8Array,
  recipe: { prompt?: string | undefined; negativePrompt?: string | undefined } | undefined,
  ground: Ground,
): Plan {
  const given: Body = { ...body, response_format: body.response_format ?? 'url' };
  return plan(
    {
      prompt: recipe?.prompt ?? '',
      negativePrompt: recipe?.negativePrompt,
      body: given,
      event: 'image_edit',
      pictures: { initImage: image },
      denoisingStrength: variationStrength,
    },
    ground,
  );
}
