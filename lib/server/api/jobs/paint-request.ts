import { basename } from 'node:path';
import { findRecipeLoras, modelOfRecipe, optionsOfRecipe, repaintOptions } from '../../../artist/index.ts';
import { ArtistError, defined, resolveOptions } from '../../../core/index.ts';
import { type PartialRecipe, readInfotext, recipeSchema } from '../../../image/index.ts';
import type { InputPictures, PaintRequest, PaintWork, WorkSource } from '../../../service/index.ts';
import type { Caller, ServerContext } from '../../context.ts';
import { type NewJob, newJob } from './job-bodies.ts';
import { checkFileNames, lorasNamed, modelNamed, withUpscalers } from './names-only.ts';
import { pictureOfWorkId, picturesOfBody } from './request-pictures.ts';

type Context = Pick<ServerContext, 'home' | 'config' | 'gallery' | 'closing'>;

/** What a recipe contributes to a job. */
interface Base extends Pick<Extract<PaintWork, { kind: 'generate' }>, 'tuned'> {
  model?: string | undefined;
  load: object;
  options: Record<string, unknown>;
}

/** The recipe that a request names; undefined: none. */
async function recipeOf({ recipe, infotext, work, kind }: NewJob, { gallery }: Context): Promise<PartialRecipe | undefined> {
  const named = Object.entries({ recipe, infotext, work: kind === 'upscale' ? undefined : work }).filter(
    ([, value]) => value !== undefined,
  );
  if (named.length > 1)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${named[1]?.[0]}: expected no second source beside ${named[0]?.[0]}: give one of the two`,
    );
  if (recipe !== undefined) return resolveOptions('recipe', recipeSchema.partial(), recipe) as PartialRecipe;
  if (infotext !== undefined) {
    // An infotext names only texts and numbers: what ours leaves out does not say that it is of an earlier version.
    const { software: _, ...found } = readInfotext(infotext) ?? {};
    if (Object.keys(found).length > 0) return found;
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'infotext: expected a prompt with settings such as `Steps: 20, Seed: 7`, got none');
  }
  if (work === undefined || kind === 'upscale') return undefined;
  const found = (await gallery.get(work)).recipe as PartialRecipe | undefined;
  if (found?.prompt !== undefined) return found;
  throw new ArtistError('ERR_UNSUPPORTED', `work: expected one with a recipe, got ${work}, which was not painted here`);
}

/** The model of a recipe; undefined: that of the settings. */
function modelOf(recipe: PartialRecipe, { config }: Context): string | undefined {
  const settled = config.config.model;
  return settled !== undefined && recipe.model?.name === basename(settled) ? undefined : modelOfRecipe(recipe, undefined);
}

async function baseOf(body: NewJob, pictures: InputPictures, caller: Caller, context: Context): Promise<Base> {
  const recipe = await recipeOf(body, context);
  if (!recipe) return { load: {}, options: {} };
  const { load, paint } = body.exact ? repaintOptions(recipe) : optionsOfRecipe(recipe);
  // LoRAs have a field of their own in a recipe; what else is called so was not written by this program.
  const { loras: _, ...options }: Record<string, unknown> = { ...paint };
  // A recipe is a text of the client, also that of a work, which may have been imported.
  checkFileNames(caller, load, 'recipe');
  checkFileNames(caller, options, 'recipe');
  // The picture that the recipe began with is not kept.
  if (!pictures.initImage) delete options['denoisingStrength'];
  const loras = await findRecipeLoras(recipe, { home: context.home.folder, places: [], signal: context.closing });
  if (loras.length > 0) options['loras'] = loras;
  return { model: body.model === undefined ? modelOf(recipe, context) : undefined, load, options, tuned: 'off' };
}

async function workOf(body: NewJob, pictures: InputPictures, caller: Caller, context: Context): Promise<PaintWork> {
  const { kind, prompt, model, load = {}, options: given } = body;
  checkFileNames(caller, load, 'load');
  const { named: options, without } = await withUpscalers(kind, given, context);
  checkFileNames(caller, without, 'options');
  const own: Record<string, unknown> = { ...options, ...(prompt !== undefined && { prompt }) };
  if (Array.isArray(own['loras'])) own['loras'] = await lorasNamed(own['loras'], caller, context.home);
  const named = model === undefined ? undefined : await modelNamed(model, caller, context);
  if (kind === 'upscale') return { kind, options: own as Extract<PaintWork, { kind: 'upscale' }>['options'] };
  if (kind === 'create') return { kind, options: defined({ ...own, model: named ?? own['model'] }) as never };
  const base = await baseOf(body, pictures, caller, context);
  return {
    kind,
    ...defined({ model: named ?? base.model, tuned: base.tuned }),
    load: { ...base.load, ...load },
    options: { ...base.options, ...own } as Extract<PaintWork, { kind: 'generate' }>['options'],
  };
}

/**
 * What a job paints that names a recipe, an infotext or a work, as its own options.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_UNSUPPORTED
 */
export async function optionsOfSource(
  source: Pick<NewJob, 'recipe' | 'infotext' | 'work'>,
  caller: Caller,
  context: Context,
): Promise<{ model: string | null; load: object; options: Record<string, unknown> }> {
  const { model = null, load, options } = await baseOf({ ...newJob.parse({}), ...source }, {}, caller, context);
  return { model, load, options };
}

function checkSources({ kind, recipe, infotext, work, exact }: NewJob): void {
  const given = Object.entries({ recipe, infotext, work: kind === 'upscale' ? undefined : work }).find(([, value]) => value !== undefined);
  if (kind !== 'generate' && given)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${given[0]}: expected kind generate beside it, got ${kind}`);
  if (exact && !given) throw new ArtistError('ERR_INVALID_ARGUMENT', 'exact: expected work, recipe or infotext beside it, got none');
}

/** The works that a body names, with what the job takes from each. @throws ArtistError ERR_NOT_FOUND */
async function sourcesOf(
  { kind, work, pictures: given }: NewJob,
  uploaded: InputPictures,
  gallery: Context['gallery'],
): Promise<WorkSource[]> {
  const { referenceImages = [], ...single } = given;
  const named: WorkSource[] = [];
  const add = (as: WorkSource['as'], picture: unknown): void => {
    if (picture !== null && typeof picture === 'object') named.push({ as, work: (picture as { work: string }).work });
  };
  const isEnlarged = kind === 'upscale' && !uploaded.initImage && single.initImage === undefined;
  if (work !== undefined && (kind === 'generate' || isEnlarged)) named.push({ as: isEnlarged ? 'initImage' : 'recipe', work });
  for (const as of ['initImage', 'maskImage', 'controlImage'] as const) if (!uploaded[as]) add(as, single[as]);
  if (!uploaded.referenceImages) for (const picture of referenceImages) add('referenceImages', picture);
  return Promise.all(named.map(async (source) => ({ ...source, work: (await gallery.get(source.work)).id })));
}

/**
 * The job that a body asks for.
 *
 * @param uploaded pictures of a multipart body
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_FORBIDDEN, ERR_MODEL_NOT_FOUND, ERR_NOT_FOUND, ERR_UNSUPPORTED, ERR_IMAGE_DECODE, ERR_READ
 */
export async function paintRequestOf(body: NewJob, uploaded: InputPictures, caller: Caller, context: Context): Promise<PaintRequest> {
  checkSources(body);
  const { kind, work, keep, title, tags, reference, priority } = body;
  const pictures = { ...(await picturesOfBody(body.pictures, context.gallery)), ...uploaded };
  if (kind === 'upscale' && work !== undefined) pictures.initImage ??= await pictureOfWorkId(context.gallery, work);
  const painted = await workOf(body, pictures, caller, context);
  const isShown = Object.values(pictures).some((picture) => picture !== undefined);
  if (painted.kind === 'generate' && !isShown && (painted.options.prompt ?? '') === '')
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'prompt: expected what to paint, or a picture, a recipe or a work beside it, got none');
  const from = await sourcesOf(body, uploaded, context.gallery);
  return {
    work: painted,
    pictures,
    keep,
    client: caller.id,
    dialect: 'api',
    ...(from.length > 0 && { from }),
    ...defined({ title, tags, reference, priority }),
  };
}
