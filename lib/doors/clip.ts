/** `ai-artist/clip`: embeddings, classification and aesthetic scores with CLIP. */

export {
  type AestheticHead,
  type Classification,
  type ClassifyOptions,
  type Clip,
  type ClipInfo,
  type ClipWeightType,
  clipWeightTypes,
  type Embedding,
  type EmbedEvent,
  type EmbedImageOptions,
  type EmbedTextOptions,
  type LoadClipOptions,
  loadAestheticHead,
  loadClip,
  similarity,
  type TextEmbedding,
  type Tokens,
} from '../clip/index.ts';
