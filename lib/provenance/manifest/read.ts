import * as z from 'zod';
import { ArtistError, answering } from '../../core/index.ts';
import { imageKind } from '../../image/index.ts';
import type { Identity } from '../identity/identity.ts';
import { loadC2pa } from './c2pa-package.ts';
import { signedTypes, workLabel } from './sign.ts';

/** What the C2PA manifest of a picture says. */
export interface ReadManifest {
  /**
   * absent: no manifest. valid: nothing was changed since the signature. tampered: the file or the manifest was changed. invalid: nothing shows a
   * change, but the manifest breaks a rule, such as an expired certificate. unreadable: there is one, which cannot be parsed.
   */
  state: 'absent' | 'valid' | 'tampered' | 'invalid' | 'unreadable';
  /** Codes of C2PA about what is wrong, such as assertion.dataHash.mismatch; or the reason it cannot be read. */
  problems: string[];
  /** Who signed, as their certificate says. A name alone proves nothing: `byThisHome` does. */
  signer?: { organisation?: string; name?: string; serialNumber?: string; algorithm?: string } | undefined;
  /** Whether it is valid and signed with the given key. */
  byThisHome: boolean;
  /** Name and version of the program that signed. */
  software?: string | undefined;
  title?: string | undefined;
  /** IPTC terms of the actions, without their address: trainedAlgorithmicMedia … */
  digitalSourceTypes: string[];
  /** Names of the actions: c2pa.created, c2pa.opened … */
  actions: string[];
  /** What this package wrote about the work. Only as trustworthy as the signer. */
  work?: { id?: string | undefined; model?: string | undefined; recipeHash?: string | undefined } | undefined;
  /** Number of manifests in the file: that of the picture, and of the pictures it was made from. */
  manifests: number;
  /** Whether the picture names another that it was made from. */
  hasParent: boolean;
}

const text = z.string().optional().catch(undefined);
const storeSchema = z.looseObject({
  active_manifest: z.string(),
  validation_state: z.string().optional(),
  validation_status: z.array(z.looseObject({ code: z.string() })).default([]),
  manifests: z.record(
    z.string(),
    z.looseObject({
      title: text,
      claim_generator_info: z
        .array(z.looseObject({ name: text, version: text }))
        .optional()
        .catch(undefined),
      signature_info: z.looseObject({ issuer: text, common_name: text, cert_serial_number: text, alg: text }).optional().catch(undefined),
      ingredients: z
        .array(z.looseObject({ relationship: text }))
        .default([])
        .catch([]),
      assertions: z
        .array(z.looseObject({ label: z.string(), data: z.unknown() }))
        .default([])
        .catch([]),
    }),
  ),
});
const actionsSchema = z.looseObject({ actions: z.array(z.looseObject({ action: z.string(), digitalSourceType: text })) });
const workSchema = z.looseObject({ id: text, model: text, recipeHash: text });

/** A private root is on no list of trust; that does not make a manifest invalid. */
const untrusted = 'signingCredential.untrusted';
/** Codes that say that bytes differ from what was signed. */
const isChange = (code: string): boolean =>
  /mismatch|\.missing$|\.undeclared$|assertion\.dataHash\.(malformed|additionalExclusionsPresent)/i.test(code);

const none = (state: ReadManifest['state'], problems: string[] = []): ReadManifest => ({
  state,
  problems,
  byThisHome: false,
  digitalSourceTypes: [],
  actions: [],
  manifests: 0,
  hasParent: false,
});

/**
 * Reads and checks the C2PA manifest of a PNG, JPEG or WebP. Pictures of other formats have none.
 *
 * @param own the identity that `byThisHome` compares with
 * @throws ArtistError ERR_UNSUPPORTED: @contentauth/c2pa-wasm is not installed
 */
export const readManifest = answering('readManifest', async (picture: Uint8Array, own?: Identity): Promise<ReadManifest> => {
  const type = signedTypes[imageKind(picture) ?? ''];
  if (type === undefined) return none('absent');
  const c2pa = await loadC2pa();
  // Only the issuers of the home's own certificate are trusted here. No issuer gives a serial number twice, so both together mean its key.
  const issuers = own?.chain.slice(1).join('\n');
  const settings = JSON.stringify(issuers === undefined ? {} : { trust: { user_anchors: issuers }, verify: { verify_trust: true } });
  const serial = own?.chain[0] && BigInt(`0x${own.chain[0].serialNumber}`).toString();
  let json: unknown;
  try {
    const reader = await c2pa.WasmReader.fromBytes(type, new Uint8Array(picture), settings);
    try {
      json = JSON.parse(reader.json());
    } finally {
      reader.free();
    }
  } catch (error) {
    if (error instanceof ArtistError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return /JumbfNotFound/.test(reason) ? none('absent') : none('unreadable', [reason.split('\n')[0] ?? '']);
  }
  const read = storeSchema.safeParse(json);
  return read.success ? reportOf(read.data, serial) : none('unreadable', ['the manifest has another form than C2PA describes']);
});

function reportOf(store: z.output<typeof storeSchema>, ownSerial: string | undefined): ReadManifest {
  const active = store.manifests[store.active_manifest];
  if (!active) return none('unreadable', ['the active manifest is missing']);
  const problems = [...new Set(store.validation_status.map(({ code }) => code))].filter((code) => code !== untrusted);
  const isValid = store.validation_state === 'Valid' || store.validation_state === 'Trusted';
  const actions = active.assertions.flatMap(({ label, data }) =>
    label.startsWith('c2pa.actions') ? (actionsSchema.safeParse(data).data?.actions ?? []) : [],
  );
  const work = workSchema.safeParse(active.assertions.find(({ label }) => label === workLabel)?.data).data;
  const [software] = active.claim_generator_info ?? [];
  const { issuer, common_name, cert_serial_number, alg } = active.signature_info ?? {};
  return {
    state: isValid ? 'valid' : problems.some(isChange) ? 'tampered' : 'invalid',
    problems,
    signer: active.signature_info && {
      ...(issuer !== undefined && { organisation: issuer }),
      ...(common_name !== undefined && { name: common_name }),
      ...(cert_serial_number !== undefined && { serialNumber: cert_serial_number }),
      ...(alg !== undefined && { algorithm: alg }),
    },
    byThisHome: store.validation_state === 'Trusted' && ownSerial !== undefined && cert_serial_number === ownSerial,
    software: software?.name === undefined ? undefined : [software.name, software.version].filter((part) => part !== undefined).join(' '),
    title: active.title,
    digitalSourceTypes: [
      ...new Set(
        actions.flatMap(({ digitalSourceType }) => (digitalSourceType === undefined ? [] : [digitalSourceType.split('/').at(-1) ?? ''])),
      ),
    ],
    actions: actions.map(({ action }) => action),
    work: work && { id: work.id, model: work.model, recipeHash: work.recipeHash },
    manifests: Object.keys(store.manifests).length,
    hasParent: active.ingredients.some(({ relationship }) => relationship === 'parentOf'),
  };
}
