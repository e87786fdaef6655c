export type { CaptionSource } from './caption-files.ts';
export { type CaptionOptions, captionOptions, captionsVary, composeCaption, type ResolvedCaptions, splitTags } from './captions.ts';
export { counterRandom, type Draw, philox, type Stream, shuffled, streams } from './counter-random.ts';
export { type DataSet, type DataSetOptions, dataSetOptions, loadDataSet, type TrainingPicture } from './data-set.ts';
export { LicenceFinder } from './licence-files.ts';
export {
  enforceLicences,
  judgeLicence,
  type LicencePolicy,
  type LicenceRecord,
  type LicenceVerdict,
  licenceId,
  type Obligation,
  type ResultLicence,
  resultLicence,
} from './licences.ts';
export { type FoundFiles, type FoundPicture, hashPicture, scanFolder } from './scan-folder.ts';
