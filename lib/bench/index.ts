/** Measures what this machine paints in a second, and lays the results of machines side by side. */
export { type Cell, type Comparison, compareResults, type Line } from './compare/compare.ts';
export { markdownOf } from './compare/markdown.ts';
export { pageOf } from './compare/page.ts';
export { type Figure, figuresOf, othersBusy, slowdown } from './figures.ts';
export { ratioText, short, spreadText } from './numbers.ts';
export { readResult } from './result/read-result.ts';
export { type BenchResult, type Machine, type Repeat, resultSchema, resultVersion, type TaskResult } from './result/result.ts';
export { writeReport, writeResult } from './result/write-result.ts';
export { type BenchOptions, runBench } from './run.ts';
export { overlap, type Spread, spreadOf } from './statistics.ts';
export { suiteVersion } from './tasks/standard.ts';
export { type EngineOptions, type SuiteName, suiteNames } from './tasks/task.ts';
