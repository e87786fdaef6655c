/** Prepares input pictures for the engine: decodes, checks and resizes them. */
import { ArtistError, defined } from '../../core/index.ts';
import { ArtImage, decodeImage, type ImageInput, type Recipe, readRecipe, resizeImage } from '../../image/index.ts';
import type { NativeImage } from '../addon/native-events.ts';
import type { ResolvedGenerate } from '../options/generate.ts';
import type { RequestImages } from './request.ts';
import type { Settings } from './settings.ts';

/** Decodes a picture to RGB (or grey) pixels; errors name the option it came from. */
export async function readPicture(name: string, input: ImageInput, channels: 1 | 3 = 3): Promise<NativeImage> {
  try {
    return await decodeImage(input, { channels });
  } catch (error) {
    if (!(error instanceof ArtistError)) throw error;
    if (typeof input === 'string') throw new ArtistError(error.code, `${name}: ${error.message}`, { cause: error });
    const message = error.message.startsWith('image: ') ? error.message.slice('image: '.length) : undefined;
    throw new ArtistError(error.code, message === undefined ? `${name}.${error.message}` : `${name}: ${message}`, { cause: error });
  }
}

/** Returns the recipe in a picture if it has at least a prompt. A picture without a recipe, or with one of another program, is no error. */
export async function recipeOf(input: ImageInput): Promise<Recipe | undefined> {
  if (input instanceof ArtImage) return input.recipe;
  if (typeof input !== 'string' && !(input instanceof Uint8Array)) return undefined;
  const found = await readRecipe(input);
  return found?.source === 'ai-artist' && found.recipe.prompt !== undefined ? { ...found.recipe, prompt: found.recipe.prompt } : undefined;
}

function unsupported(name: string, needed: string): ArtistError {
  return new ArtistError(
    'ERR_UNSUPPORTED',
    `${name}: expected a model loaded with ${needed}, got one without. Load it again: loadModel({ model, ${needed}: path })`,
  );
}

/** Families whose own network takes a control picture. */
const controlFamilies: readonly string[] = ['Flux Control', 'Flex.2'];

export function checkSupport(
  options: ResolvedGenerate,
  model: { files: Readonly<Record<string, string>>; info: { family: string } },
): void {
  if (options.controlImage !== undefined && !model.files['controlNet'] && !controlFamilies.includes(model.info.family))
    throw unsupported('controlImage', 'controlNet');
  if (options.photoMaker !== undefined && !model.files['photoMaker']) throw unsupported('photoMaker', 'photoMaker');
}

/** Crops around the centre to multiples of `multiple`, because the engine's encoders need whole blocks. */
async function cropToMultiple(name: string, image: NativeImage, multiple: number): Promise<NativeImage> {
  const width = image.width - (image.width % multiple);
  const height = image.height - (image.height % multiple);
  if (width === 0 || height === 0)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected a picture of at least ${multiple}x${multiple} pixels, got ${image.width}x${image.height}`,
    );
  if (width === image.width && height === image.height) return image;
  const { channels } = image;
  const [left, top] = [(image.width - width) >> 1, (image.height - height) >> 1];
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + width * channels), row * width * channels);
  }
  return { data, width, height, channels };
}

/** Smallest edge that the engine can scale a reference picture to: one block of its encoders. */
const referenceBlock = 16;

/** The engine scales reference pictures to the area of the result. A very long and thin one would get a height of zero. */
function checkReferenceShape(name: string, image: NativeImage, area: number): void {
  const shape = Math.min(image.width, image.height) / Math.max(image.width, image.height);
  if (Math.sqrt(Math.min(1024 * 1024, area) * shape) < referenceBlock) {
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected a picture with less extreme proportions, got ${image.width}x${image.height}`,
    );
  }
}

export interface PreparedImages {
  /** Original size of the initial picture. */
  initSize: { width: number; height: number } | undefined;
  /** Resizes the pictures to the size of the request. */
  fit(settings: Settings): Promise<RequestImages>;
}

/**
 * Decodes all pictures of a call.
 *
 * @throws ArtistError ERR_READ, ERR_IMAGE_DECODE or ERR_INVALID_ARGUMENT when a picture cannot be read
 */
export async function readPictures(options: ResolvedGenerate) {
  const optional = async (name: string, input: ImageInput | undefined, channels: 1 | 3 = 3): Promise<NativeImage | undefined> =>
    input === undefined ? undefined : readPicture(name, input, channels);
  const several = (name: string, inputs: readonly ImageInput[] | undefined): Promise<NativeImage[]> =>
    Promise.all((inputs ?? []).map((input, index) => readPicture(`${name}.${index}`, input)));
  const [initImage, maskImage, controlImage, references, photoMakerImages] = await Promise.all([
    optional('initImage', options.initImage),
    optional('maskImage', options.maskImage, 1),
    optional('controlImage', options.controlImage),
    several('referenceImages', options.referenceImages),
    several('photoMaker.images', options.photoMaker?.images),
  ]);
  return { initImage, maskImage, controlImage, references, photoMakerImages };
}

/**
 * Decodes all pictures of a call and checks that the model can use them.
 *
 * @throws ArtistError ERR_READ, ERR_IMAGE_DECODE, ERR_INVALID_ARGUMENT when a picture cannot be read; ERR_UNSUPPORTED when the model cannot
 *   use it
 */
export async function prepareImages(
  options: ResolvedGenerate,
  model: { files: Readonly<Record<string, string>>; info: { family: string; sizeMultiple: number } },
): Promise<PreparedImages> {
  checkSupport(options, model);
  const { initImage, maskImage, controlImage, references, photoMakerImages } = await readPictures(options);
  return {
    initSize: initImage && { width: initImage.width, height: initImage.height },
    async fit({ width, height }) {
      // The engine reads these pixel by pixel: with another size it would read out of bounds.
      const cover = async (image: NativeImage | undefined): Promise<NativeImage | undefined> =>
        image && resizeImage(image, width, height, 'cover');
      const keepSize = options.autoResizeReferenceImages === false;
      if (!keepSize)
        for (const [index, image] of references.entries()) checkReferenceShape(`referenceImages.${index}`, image, width * height);
      return defined({
        initImage: await cover(initImage),
        maskImage: await cover(maskImage),
        controlImage: await cover(controlImage),
        referenceImages: keepSize
          ? await Promise.all(references.map((image, index) => cropToMultiple(`referenceImages.${index}`, image, model.info.sizeMultiple)))
          : references,
        photoMakerImages,
      }) as RequestImages;
    },
  };
}
