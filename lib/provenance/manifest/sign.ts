import * as z from 'zod';
import { ArtistError, answering, packageVersion, resolveOptions } from '../../core/index.ts';
import { digitalSourceType, imageKind, mediaTypes, type Recipe } from '../../image/index.ts';
import type { Identity } from '../identity/identity.ts';
import { BytesBlob, loadC2pa, withFileReader } from './c2pa-package.ts';
import { coseSign1 } from './cose.ts';

/** The formats that are signed, with the names that C2PA knows them by. */
export const signedTypes: Readonly<Record<string, string>> = mediaTypes;

const signOptions = z.strictObject({
  /** Unique id of the work; written into the manifest, where `verify` finds it. */
  id: z.string().min(1).max(200).optional(),
  title: z.string().max(1000).optional(),
  /** How the picture came about, as in its recipe. Default txt2img. */
  mode: z.enum(['txt2img', 'img2img', 'inpaint', 'edit', 'upscale']).optional(),
  model: z.string().max(1000).optional(),
  /** SHA-256 of the recipe, hexadecimal. */
  recipeHash: z.string().max(200).optional(),
  /** When it was made, ISO 8601. */
  createdAt: z.iso.datetime().optional(),
  /** Whether others may train models on the picture and mine it for data. Default notAllowed. */
  training: z.enum(['allowed', 'notAllowed']).default('notAllowed'),
  /** The file that this one was made from by resizing or encoding it anew. Its manifest, if it has one, is kept inside the new one. */
  parent: z.custom<Uint8Array>((value) => value instanceof Uint8Array, { error: 'expected the bytes of a picture' }).optional(),
});

/** What the manifest says about a picture. */
export type SignOptions = z.input<typeof signOptions>;

/** Label of the assertion that names the work. */
export const workLabel = 'ai-artist.work';

const newsCodes = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
const miningTerms = ['cawg.ai_generative_training', 'cawg.ai_training', 'cawg.ai_inference', 'cawg.data_mining'];

const settings = JSON.stringify({ verify: { verify_after_sign: false }, builder: { thumbnail: { enabled: false } } });

/**
 * Signs an encoded picture: adds a C2PA manifest to the file and leaves its pixels as they are. Sign last, because any change of the file after
 * that reads as tampering. The manifest says that a trained model made the picture (or that it was made from `parent`), with which model and
 * version of this package, and whether it may be used for training. The bytes differ at each call.
 *
 * @param picture PNG, JPEG or WebP
 * @throws ArtistError ERR_UNSUPPORTED: @contentauth/c2pa-wasm is not installed, or another format; ERR_INVALID_ARGUMENT; ERR_IMAGE_ENCODE: the
 *   file cannot take a manifest
 */
export const signPicture = answering(
  'signPicture',
  async (picture: Uint8Array, identity: Identity, options: SignOptions = {}): Promise<Buffer> => {
    const about = resolveOptions('signPicture', signOptions, options);
    const type = typeOf('picture', picture);
    const c2pa = await loadC2pa();
    const builder = c2pa.WasmBuilder.fromJson(JSON.stringify(definitionOf(about)), settings);
    try {
      return await withFileReader(async () => {
        if (about.parent) {
          builder.setIntent('edit');
          const ingredient = JSON.stringify({ title: about.id ?? 'master', relationship: 'parentOf' });
          await builder.addIngredientFromBlob(ingredient, typeOf('parent', about.parent), new BytesBlob(about.parent));
        } else builder.setIntent({ create: `${newsCodes}${digitalSourceType(about.mode)}` });
        const signer = {
          alg: identity.algorithm,
          reserveSize: coseSign1(identity, new Uint8Array(0)).length,
          sign: async (claim: Uint8Array) => new Uint8Array(coseSign1(identity, claim)),
        };
        return Buffer.from(await builder.sign(signer, [], type, new BytesBlob(picture)));
      });
    } catch (cause) {
      if (cause instanceof ArtistError) throw cause;
      throw new ArtistError('ERR_IMAGE_ENCODE', `signPicture: expected a ${type} that can take a manifest, got: ${String(cause)}`, {
        cause,
      });
    } finally {
      builder.free();
    }
  },
);

function typeOf(name: string, picture: Uint8Array): string {
  const kind = imageKind(picture);
  const type = kind && signedTypes[kind];
  if (type === undefined)
    throw new ArtistError('ERR_UNSUPPORTED', `${name}: expected a PNG, JPEG or WebP, got ${kind ?? 'something else'}`);
  return type;
}

function definitionOf({ id, title, mode, model, recipeHash, createdAt, training, parent }: z.output<typeof signOptions>): object {
  const software = { name: 'ai-artist', version: packageVersion() };
  const created = {
    action: 'c2pa.created',
    digitalSourceType: `${newsCodes}${digitalSourceType(mode as Recipe['mode'])}`,
    softwareAgent: software,
    ...(createdAt !== undefined && { when: createdAt }),
    description: model === undefined ? 'Made by a trained model' : `Made by the model ${model}`,
  };
  // The package writes c2pa.opened with its reference to the parent by itself.
  const actions = parent ? [{ action: 'c2pa.transcoded', softwareAgent: software }] : [created];
  return {
    claim_generator_info: [software],
    ...(title !== undefined && { title }),
    assertions: [
      { label: 'c2pa.actions.v2', data: { actions } },
      { label: 'cawg.training-mining', data: { entries: Object.fromEntries(miningTerms.map((term) => [term, { use: training }])) } },
      {
        label: workLabel,
        data: {
          software,
          ...(id !== undefined && { id }),
          ...(model !== undefined && { model }),
          ...(recipeHash !== undefined && { recipeHash }),
        },
      },
    ],
  };
}
