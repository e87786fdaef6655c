/** Which model suits this machine: what fits into its memory, how long a picture takes, and what to take first. */
export { type Expected, expectedOf, expectedOfBundled, type Known, secondsOf } from './expected.ts';
export { largerModelOnce } from './larger.ts';
export { knownOf, memoryHere, type Offer, offersOf } from './offers.ts';
export { type Advice, type AdviceOptions, adviceFor, patience, type Recommendation, recommend, type Wish, wishes } from './recommend.ts';
export { machineSpeed, type Speed, type SpeedOptions } from './speed.ts';
export { type PictureWork, workOf } from './work.ts';
