export { type Identity, type IdentityPlace, knownIdentity, openIdentity, type SigningAlgorithm } from './identity/identity.ts';
export { madeOnce } from './made-once.ts';
export { loadC2pa } from './manifest/c2pa-package.ts';
export { type ReadManifest, readManifest } from './manifest/read.ts';
export { type SignOptions, signPicture } from './manifest/sign.ts';
export { type FoundWatermark, findWatermark } from './watermark/detect.ts';
export { embedWatermark, smallestMarkedEdge } from './watermark/embed.ts';
export { knownWatermarkKey, openWatermarkKey, type WatermarkKey } from './watermark/key.ts';
export { payloadOfWork } from './watermark/payload.ts';
