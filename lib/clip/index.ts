export type { AestheticHead } from './aesthetic.ts';
export type { Classification, Clip, ClipInfo, Embedding, TextEmbedding } from './clip.ts';
export { loadAestheticHead, loadClip } from './load-on-demand.ts';
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
