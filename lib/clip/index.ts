export { type AestheticHead, loadAestheticHead } from './aesthetic.ts';
export type { Classification, Clip, ClipInfo, Embedding, TextEmbedding } from './clip.ts';
export { loadClip } from './load-clip.ts';
export {
  type ClassifyOptions,
  type ClipWeightType,
  clipWeightTypes,
  type EmbedEvent,
  type EmbedImageOptions,
  type EmbedTextOptions,
  type LoadClipOptions,
} from './options.ts';
export { similarity } from './similarity.ts';
export type { Tokens } from './tokenizer.ts';
