export {
  type FigureOptions,
  type Figures,
  readFigures,
  readMap,
  readStyle,
  type StyleFigures,
  type WorkMap,
} from './figures/figures.ts';
export { shareKinds } from './figures/spreads.ts';
export { type DayRange, isWithin } from './figures/work-facts.ts';
export { type GridAxes, type GridAxis, type GridPlace, placesOfGrid, valuesAt, withOption } from './grid/axes.ts';
export { type GridCell, type GridOptions, mostGridCells, type PaintedGrid, paintGrid } from './grid/paint-grid.ts';
export { readGridAxis } from './grid/read-axis.ts';
export { periodChanged, workFiled } from './hooks/messages.ts';
export { JobFolder, jobIdPattern, type RecordedPicture } from './jobs/job-folder.ts';
export { pictureOfWork } from './jobs/job-results.ts';
export { picturesOf } from './jobs/paint-job.ts';
export { isPaintJob, newStoredJob, readStoredJob, type StoredJob } from './jobs/stored-job.ts';
export {
  type Dialect,
  dialects,
  type InputPictures,
  type JobPicture,
  type JobProgress,
  type PaintWork,
  paintedJobSchema,
  type WorkSource,
  workSourceSchema,
} from './jobs/types.ts';
export { llmClientOf } from './llm/writer.ts';
export { type Artist, type ArtistOptions, createArtist } from './loop/artist.ts';
export { mostCandidates } from './loop/candidates.ts';
export { checkWork } from './loop/check-work.ts';
export type { CreateEvent, CreateOptions, PlannedWork } from './loop/create-options.ts';
export type { CreateRun } from './loop/create-run.ts';
export type { CreatedWork, FiledWork } from './loop/created-work.ts';
export { planPrompt, readWordLists } from './loop/plan-prompt.ts';
export { smallEdge } from './loop/round.ts';
export type { PaintSeriesOptions } from './loop/series-painter.ts';
export { type EmbeddedWork, embedWorks, mostAlike, worksOf } from './measure/embedded-works.ts';
export { embedderOf } from './measure/embedder.ts';
export { type EvolutionRow, type EvolutionSpan, evolutionOf, evolutionSpans } from './measure/evolution.ts';
export { evolutionSvg } from './measure/evolution-chart.ts';
export type { Facts } from './measure/facts.ts';
export { factLines } from './measure/facts.ts';
export { checkClipPath } from './models/prompt-scorer.ts';
export { checkSettings, openSecrets } from './orders/check-settings.ts';
export { createRows } from './orders/create-rows.ts';
export { type HandOverOptions, handOver, paintHere } from './orders/hand-over.ts';
export { type JobWishes, jobPayload } from './orders/job-payload.ts';
export { jobView, listedJob, recordView } from './orders/job-view.ts';
export { isOrdered, newOrder, type Order, type OrderOptions, optionsOfOrder, readOrder } from './orders/order.ts';
export { candidatePixels } from './orders/order-pixels.ts';
export { type OrderedTask, type PaintedOrder, paintOrder } from './orders/paint-order.ts';
export { overSettings, paintingOf, paintSettings } from './orders/paint-settings.ts';
export { type LookUp, paintTasks } from './orders/paint-tasks.ts';
export { type SplitPayload, splitPayload } from './orders/publish-wish.ts';
export type { Period, PeriodOptions } from './periods/period.ts';
export { claimText, type EndRule, readClaim, ruleText } from './periods/period.ts';
export { periodView, stateOf as periodStateOf } from './periods/period-view.ts';
export type { Retrospective } from './periods/retrospective.ts';
export { claimLine } from './periods/retrospective.ts';
export type { Series, SeriesOptions } from './periods/series.ts';
export { SeriesStore } from './periods/series.ts';
export { placeInSeries, type SeriesProgress, seriesProgress } from './periods/series-progress.ts';
export { PeriodStore } from './periods/store.ts';
export {
  failedLines,
  type PaintedLine,
  type PaintedList,
  type PaintListOptions,
  paintList,
} from './prompts/paint-list.ts';
export { atLine, openPromptList, type PromptLine, type PromptList, type PromptListOptions, readPromptList } from './prompts/prompt-list.ts';
export { type PanelGain, type Proposal, ProposalBook, type ProposalState } from './proposals/book.ts';
export type { MakeOptions as MakeProposalOptions, TryOptions as TryProposalOptions } from './proposals/proposal-maker.ts';
export type { FoundWork } from './provenance/find-work.ts';
export { derivingOf, encodingOf, signingPlace } from './provenance/signing.ts';
export { type VerifiedPicture, type VerifyPictureOptions, verifyPicture } from './provenance/verify-picture.ts';
export { closeEnough, comparePixels, type PixelDifference } from './reproduce/compare.ts';
export { enlargeAgain } from './reproduce/enlarge-again.ts';
export { openRecipe } from './reproduce/open-recipe.ts';
export { type ChangedRecipe, type ChangedRecipeOptions, changedRecipe, type RecipeChanges, settledModel } from './reproduce/repaint.ts';
export { findRecipeLoras, modelOf as modelOfRecipe, optionsOfRecipe, repaintOptions } from './reproduce/repaint-options.ts';
export { type ComparedStage, type RecipeDifference, type ReproduceOptions, type Reproduction, reproduce } from './reproduce/reproduce.ts';
export { type ChooseDuelOptions, chooseDuel, type DuelPair, recordDuel, takeBackDuel } from './taste/duel.ts';
export { checkTaste, readTaste, tastePath } from './taste/taste-file.ts';
export { type TrainTasteOptions, trainTaste } from './taste/train-taste.ts';
export { upscaleWork } from './vary/upscale-work.ts';
export { keptParts, type VaryOptions, varyWork } from './vary/vary-work.ts';
