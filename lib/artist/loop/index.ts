/**
 * The second door of this folder, for the commands: the loop itself and what it is made of. The library's door is lib/artist/index.ts, which
 * loads this one when an artist is made.
 */
export { Artist, type ArtistOptions, type CreatedWork, createArtist } from './artist.ts';
export { type Candidate, chooseCandidate, mostCandidates, type PaintedCandidate, rankPainted } from './candidates.ts';
export { checkWork } from './check-work.ts';
export type { CreateEvent, CreateOptions, PlannedWork } from './create-options.ts';
export { paintSettings } from './paint-settings.ts';
export { planPrompt } from './plan-prompt.ts';
export { checkClipPath } from './prompt-scorer.ts';
export { smallEdge } from './round.ts';
export type { PaintSeriesOptions, SeriesProgress } from './series-painter.ts';
export { checkTaste, readTaste, type TasteFile, tastePath } from './taste-file.ts';
