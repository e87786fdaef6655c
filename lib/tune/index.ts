/** Finds the fastest settings of equal quality for a model on this machine, stores them, and puts them under what is painted. */
export { changesBetween, type Surroundings, surroundings, surroundingsOf } from './machine.ts';
export { leastPsnr, type Trial, type TuneEvent, type TuneOptions, type TuneReport } from './options.ts';
export { flatSettings, type Painting, settingsLine, settingsText, type TunedSettings, valueText } from './settings.ts';
export { storedTunings, type Tuning, tunedStore } from './store.ts';
export { forgetTunings } from './store-changes.ts';
export { tune } from './tune.ts';
export { surroundingsNow, type TunedMode, type TunedPlace, type TunedUse, tunedModes, withTuned } from './use.ts';
