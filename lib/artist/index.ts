export { comparePixels, type PixelDifference } from './compare.ts';
export {
  type ComparedStage,
  closeEnough,
  type RecipeDifference,
  type ReproduceOptions,
  type Reproduction,
  reproduce,
} from './reproduce.ts';
