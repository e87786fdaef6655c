export { type Identity, type IdentityPlace, knownIdentity, openIdentity, type SigningAlgorithm } from './identity/identity.ts';
export { loadC2pa } from './manifest/c2pa-package.ts';
export { type ReadManifest, readManifest } from './manifest/read.ts';
export { type SignOptions, signPicture } from './manifest/sign.ts';
