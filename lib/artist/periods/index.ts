export {
  type Claim,
  claimText,
  type EndRule,
  type MeasureName,
  measureNames,
  type Period,
  type PeriodOptions,
  readClaim,
  ruleText,
} from './period.ts';
export { claimLine, type Judged, type Retrospective, retrospect, ruleThatHolds, worksOfPeriod } from './retrospective.ts';
export { type Series, type SeriesOptions, SeriesStore, seriesWork } from './series.ts';
export { PeriodStore } from './store.ts';
