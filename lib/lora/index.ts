export { checkLora, fitLora, type LoraFit, type LoraModule, loraModules, reasonsOf } from './check.ts';
export {
  type DataSheet,
  type DataSheetLicence,
  type DataSheetPicture,
  dataSheetSchema,
  dataSheetText,
  type PictureRole,
} from './data-sheet.ts';
export { idleTargets } from './idle-targets.ts';
export {
  enforceLicences,
  judgeLicence,
  type LicencePolicy,
  type LicenceRecord,
  type LicenceVerdict,
  licenceId,
  nameSome,
  type Obligation,
  type ResultLicence,
  resultLicence,
} from './licences.ts';
export { LoraList } from './lora-list.ts';
export type { LoraData, LoraFacts } from './metadata.ts';
export { type BucketCount, bucketName, splitTags, tagFrequency } from './metadata.ts';
export { type LoraTag, type TaggedPrompt, takeLoraTags } from './prompt-tags.ts';
export { type ForeignPart, type LoraInfo, type LoraKind, type LoraTarget, readLora } from './read.ts';
export { expandMetadata, readDataSheet } from './read-metadata.ts';
export { listLoras, lorasFolder, newLoraPath, removeLora, renameLora, resolveLora, type StoredLora, storedLoras } from './store.ts';
export { type ConvertLoraOptions, convertLora } from './tools/convert.ts';
export {
  type LoraReport,
  type MergeInput,
  type MergeLorasOptions,
  type ModuleReport,
  mergeLoras,
  type ResizeLoraOptions,
  resizeLora,
} from './tools/merge.ts';
export { checkLoraPlace, type WriteLoraOptions, type WrittenLora, writeLora } from './write.ts';
