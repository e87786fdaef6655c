/** `ai-artist/provenance`: C2PA manifests: the key of a home, signing pictures, reading and checking what is signed. */

export {
  type Identity,
  type IdentityPlace,
  openIdentity,
  type ReadManifest,
  readManifest,
  type SigningAlgorithm,
  type SignOptions,
  signPicture,
} from '../provenance/index.ts';
