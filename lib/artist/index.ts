/** The public door. What it names is loaded at its first call; the commands use the inner doors (loop/, measure/, periods/). */

export { createArtist, reproduce } from './artist-on-demand.ts';
export { closeEnough, comparePixels, type PixelDifference } from './compare.ts';
export type { Artist, ArtistOptions, CreatedWork, FiledWork } from './loop/artist.ts';
export type { CreateEvent, CreateOptions, PlannedWork } from './loop/create-options.ts';
export type { CreateRun } from './loop/create-run.ts';
export type { MakeOptions as MakeProposalOptions, TryOptions as TryProposalOptions } from './loop/proposal-maker.ts';
export type { PaintSeriesOptions, SeriesProgress } from './loop/series-painter.ts';
export type { Facts } from './measure/index.ts';
export type { Period, PeriodOptions, Retrospective, Series, SeriesOptions } from './periods/index.ts';
export type { Proposal } from './proposals/index.ts';
export type { ComparedStage, RecipeDifference, ReproduceOptions, Reproduction } from './reproduce.ts';
