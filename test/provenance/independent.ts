/** What a reader that shares no code with ours says about a signed PNG or JPEG. */
import { type Asset, JPEG, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore, ValidationResult } from '@trustnxt/c2pa-ts/manifest';

export interface Independent {
  isValid: boolean;
  failures: string[];
}

export async function independently(picture: Uint8Array): Promise<Independent> {
  const bytes = Uint8Array.from(picture);
  const Reader = [PNG, JPEG].find((format) => format.canRead(bytes));
  if (!Reader) throw new Error('no independent reader for this format');
  let result: ValidationResult;
  try {
    const asset: Asset = new Reader(bytes);
    const jumbf = await asset.getManifestJUMBF();
    if (!jumbf) return { isValid: false, failures: ['no manifest'] };
    result = await ManifestStore.read(SuperBox.fromBuffer(Uint8Array.from(jumbf))).validate(asset);
  } catch (error) {
    result = ValidationResult.fromError(error as Error);
  }
  return { isValid: result.isValid, failures: result.statusEntries.filter(({ success }) => !success).map(({ code }) => String(code)) };
}
