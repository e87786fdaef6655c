/** `ai-artist/provenance`: C2PA manifests: the key of a home, signing pictures, reading and checking what is signed; invisible watermarks. */

export {
  embedWatermark,
  type FoundWatermark,
  findWatermark,
  type Identity,
  type IdentityPlace,
  openIdentity,
  openWatermarkKey,
  type ReadManifest,
  readManifest,
  type SigningAlgorithm,
  type SignOptions,
  signPicture,
  type WatermarkKey,
} from '../provenance/index.ts';
