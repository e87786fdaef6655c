export {
  type AliasPart,
  aliasBytes,
  aliasMemory,
  findAlias,
  type ModelAlias,
  type ModelDefaults,
  type ModelLicence,
  modelAliases,
  type PartRole,
} from './aliases.ts';
export { type BundledManifest, type BundledModel, bundledModel, bundledName, verifyBundledModel } from './bundled.ts';
export { type BundledVocabulary, bundledVocabulary, describeBundled, type PromptDomain, promptDomain } from './domain.ts';
export { detectFamily, families, isUnetFamily, type ModelFamily } from './family.ts';
export { type FloatTensor, type FloatType, floatTypes, readFloatTensors } from './float-tensors.ts';
export type { GgufTensor } from './gguf-writer.ts';
export { readModelHeader } from './header.ts';
export { type InspectModelOptions, inspectModel, type ModelInspection } from './inspect.ts';
export { describeIdentity, type Identity, identify, type ModelKind } from './kind.ts';
export { type ForeignPart, type LoraInfo, type LoraKind, type LoraTarget, readLora } from './lora.ts';
export { checkLora, fitLora, type LoraFit, type LoraModule, loraModules, reasonsOf } from './lora-check.ts';
export { idleTargets } from './lora-idle.ts';
export { type Component, canonicalName, type LoraRole, splitLoraName } from './lora-names.ts';
export { listLoras, lorasFolder, newLoraPath, removeLora, resolveLora, type StoredLora } from './lora-store.ts';
export { type LoraTag, type TaggedPrompt, takeLoraTags } from './lora-tags.ts';
export type { PullEvent, PulledModel, PullModelOptions, PullRetryEvent } from './pull.ts';
export { pullModel } from './pull-on-demand.ts';
export { type ModelParts, type ModelSpec, type ResolvedModel, resolveModel } from './resolve.ts';
export { type EncodedSafetensors, encodeSafetensors } from './safetensors-writer.ts';
export { type InstalledModel, listModels, modelPath, removeModel } from './store.ts';
export { hashFile, hashTensors } from './tensor-hash.ts';
export type { ModelFormat, ModelHeader, TensorInfo } from './tensor-list.ts';
