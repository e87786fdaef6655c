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
  partRoles,
} from './aliases.ts';
export { type BundledManifest, type BundledModel, bundledModel, bundledName, verifyBundledModel } from './bundled.ts';
export { type PromptDomain, promptDomain } from './domain.ts';
export { proxiedFetch } from './download/proxy.ts';
export { type PullEvent, type PulledModel, type PullModelOptions, type PullRetryEvent, pullModel } from './download/pull.ts';
export { detectFamily, families, isUnetFamily, type ModelFamily } from './family.ts';
export { ggmlTypes } from './formats/dtypes.ts';
export { halfToFloat } from './formats/float-formats.ts';
export { encodeFloats, type FloatTensor, type FloatType, floatTypes, readFloatTensors } from './formats/float-tensors.ts';
export { defaultAlignment, ggufMagic, originalShapeKey } from './formats/gguf.ts';
export { readModelHeader } from './formats/header.ts';
export { type ModelFile, withModelFile } from './formats/model-file.ts';
export { type EncodedSafetensors, encodeSafetensors } from './formats/safetensors-writer.ts';
export { hashFile, hashTensors } from './formats/tensor-hash.ts';
export { checkTensorName, countElements, type ModelFormat, type ModelHeader, type TensorInfo } from './formats/tensor-list.ts';
export { readTensors } from './formats/tensor-values.ts';
export { type InspectModelOptions, inspectModel, type ModelInspection } from './inspect.ts';
export { describeIdentity, type Identity, identify, type ModelKind } from './kind.ts';
export {
  type CanonicalName,
  type Component,
  canonicalName,
  foreignKind,
  type LoraRole,
  looksLikeLora,
  partRows,
  splitLoraName,
} from './lora-names.ts';
export { checkModelFile, type ModelFileState, modelFileStates } from './model-files.ts';
export { type ModelParts, type ModelSpec, type ResolvedModel, resolveModel } from './resolve.ts';
export { type InstalledModel, listModels, modelPath, removeModel } from './store.ts';
export { type BundledVocabulary, bundledVocabulary, describeBundled } from './vocabulary.ts';
export { type WordedPrompt, type Wording, wordForBundled } from './wordings.ts';
